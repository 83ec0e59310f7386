"""Statements that only name parts of the training: an optimizer, a loss, a list of callbacks.

callbacks = [EarlyStopping(patience=3)]
callbacks.append(ModelCheckpoint("best.h5"))

options = {"optimizer": Adam(1e-4), "loss": "mse"}  # for model.compile(**options)
"""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from transpiler.emit.training.lines import simple_statements
from transpiler.interpret.functions.own_metrics import class_of_metric
from transpiler.interpret.values import Mapping as Items
from transpiler.interpret.values import Sequence, Static, UserClass, Value
from transpiler.ir.expr import Configured


def named_parts(
    room: cst.Module | cst.FunctionDef, values: Mapping[str, Value], unpacked: set[str]
) -> list[tuple[str, cst.SimpleStatementLine]]:
    """Such statements of a room, each with the variable that it gives a value, or extends.

    `unpacked` are the dicts of arguments of which no entry is read any more.
    """
    body = room.body if isinstance(room, cst.Module) else room.body.body
    own = {id(statement) for statement in body}
    found = []
    for statement in simple_statements(room):
        name = _assigned(statement) or (_extended(statement) if id(statement) in own else "")
        if name and (name in unpacked or _is_part(values.get(name))):
            found.append((name, statement))
    return found


def _assigned(statement: cst.SimpleStatementLine) -> str:
    """The variable that all of a statement gives a value."""
    match statement.body:
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name(name))])]:
            return name
    return ""


def _extended(statement: cst.SimpleStatementLine) -> str:
    """The list or dict that all of a statement puts something into."""
    match statement.body:
        case [
            cst.Expr(
                value=cst.Call(
                    func=cst.Attribute(
                        value=cst.Name(name), attr=cst.Name("append" | "extend" | "update")
                    )
                )
            )
        ]:
            return name
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript(value=cst.Name(name)))])]:
            return name
        case [cst.AugAssign(target=cst.Name(name), operator=cst.AddAssign())]:
            return name
    return ""


def _is_part(value: Value | None) -> bool:
    """Whether it is an optimizer or the like, or a list or dict with such."""
    if isinstance(value, Items):
        return any(map(_is_part, value.items.values()))
    items = value.items if isinstance(value, Sequence) else (value,)
    if value is not None and class_of_metric(value) is not None:
        return True  # the functions that train and evaluate make their own
    kinds = (Configured, UserClass) if isinstance(value, Sequence) else Configured
    return any(isinstance(i, Static) and isinstance(i.expr.value, kinds) for i in items)
