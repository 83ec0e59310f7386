"""Statements that only name parts of the training: an optimizer, a loss, a list of callbacks.

callbacks = [EarlyStopping(patience=3)]
callbacks.append(ModelCheckpoint("best.h5"))

options = {"optimizer": Adam(1e-4), "loss": "mse"}  # for model.compile(**options)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import libcst as cst

from transpiler.emit.training.lines import holds, simple_statements
from transpiler.interpret.control.perhaps import by_conditions
from transpiler.interpret.functions.own_metrics import class_of_metric
from transpiler.interpret.values import Function, Sequence, Static, UserClass, Value
from transpiler.interpret.values import Mapping as Items
from transpiler.ir.expr import Configured
from transpiler.rule import Rule
from transpiler.source.suites import bodies, leaf_statements
from transpiler.source.tree import Tree

#: A statement that goes, or a condition of which nothing is left.
NamedPart: TypeAlias = "cst.SimpleStatementLine | cst.If"


def named_parts(
    room: cst.Module | cst.FunctionDef, values: Mapping[str, Value], unpacked: set[str]
) -> list[tuple[str, NamedPart]]:
    """Such statements of a room, each with the variable that it gives a value, or extends.

    `unpacked` are the dicts of arguments of which no entry is read any more.
    """
    body = list(room.body if isinstance(room, cst.Module) else room.body.body)
    own = {id(statement) for statement in (*_reached(body), *_filled_anew(body))}
    found: list[tuple[str, NamedPart]] = []
    of_classes = {id(one) for one in _of_classes(body)}
    for statement in simple_statements(room):
        if id(statement) in of_classes:
            continue
        name = _assigned(statement) or (_extended(statement) if id(statement) in own else "")
        if name and (name in unpacked or _is_part(values.get(name))):
            found.append((name, statement))
    return _with_conditions(found, body)


def _of_classes(body: Iterable[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    """The statements of classes: what these give a value is an attribute."""
    for statement in body:
        if isinstance(statement, cst.ClassDef):
            yield from leaf_statements([statement])


def _with_conditions(
    found: list[tuple[str, NamedPart]], body: Iterable[cst.CSTNode]
) -> list[tuple[str, NamedPart]]:
    """The same with the conditions that go as a whole, those in loops, too."""
    for statement in body:
        if isinstance(statement, cst.If):
            found = _with_whole(found, statement)
        elif not isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            for suite in bodies(statement):
                found = _with_conditions(found, suite)
    return found


def _reached(body: Iterable[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    """The statements that run once at most: those in branches, too."""
    for statement in body:
        yield statement
        if isinstance(statement, cst.If):
            for suite in bodies(statement):
                yield from _reached(suite)


def _filled_anew(
    body: Iterable[cst.CSTNode], made: frozenset[str] = frozenset(), looped: bool = False
) -> Iterator[cst.CSTNode]:
    """The statements of loops that put something into what each round makes before.

    for train, test in folds:
        callbacks = [EarlyStopping()]
        callbacks.append(ReduceLROnPlateau())
    """
    for statement in body:
        if isinstance(statement, cst.SimpleStatementLine):
            made |= {_assigned(statement)} - {""}
            if looped and _extended(statement) in made:
                yield statement
        elif isinstance(statement, (cst.For, cst.While)):
            for suite in bodies(statement):
                yield from _filled_anew(suite, looped=True)
        elif not isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            for suite in bodies(statement):
                yield from _filled_anew(suite, made, looped)


def _with_whole(
    found: list[tuple[str, NamedPart]], statement: cst.If
) -> list[tuple[str, NamedPart]]:
    """The same where a condition goes as a whole, if nothing is left in it.

    What would leave one of several branches empty does not go.
    """
    suites = bodies(statement)
    for suite in suites:
        found = _with_conditions(found, suite)
    names: dict[int, list[str]] = {}
    for name, part in found:
        names.setdefault(id(part), []).append(name)
    inside = [s for suite in suites for s in suite]
    if all(id(s) in names for s in inside):
        gone = {id(s) for s in inside}
        here = dict.fromkeys(name for s in inside for name in names[id(s)])
        return [*(p for p in found if id(p[1]) not in gone), *((n, statement) for n in here)]
    emptied = [suite for suite in suites if all(id(s) in names for s in suite)]
    kept = {id(s) for suite in emptied for s in suite if isinstance(s, cst.If) or _extends(s)}
    return [part for part in found if id(part[1]) not in kept]


def _extends(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and bool(_extended(statement))


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
    if value is None:
        return False
    if class_of_metric(value) is not None:
        return True  # the functions that train and evaluate make their own
    if isinstance(value, Function) and isinstance(value.node, cst.Lambda):
        return True  # what it computes is written where it is called
    if not isinstance(value, Sequence):
        return isinstance(value, Static) and isinstance(value.expr.value, Configured)
    items = [one for item in value.items for _, one in by_conditions(item)]
    kinds = (Configured, UserClass)
    return any(isinstance(i, Static) and isinstance(i.expr.value, kinds) for i in items)


def attributes_of(rules: Mapping[str, Rule], value: Value | None) -> frozenset[str]:
    """What may be read of a callback after `fit`, where a value is one."""
    made = value.expr.value if isinstance(value, Static) else None
    rule = rules.get(made.name) if isinstance(made, Configured) else None
    return rule.attributes if rule is not None else frozenset()


def made_in(
    tree: Tree, parts: Iterable[tuple[str, NamedPart]], place: tuple[int, int] | None
) -> str:
    """The variable that holds what is made in a place, "" where none does so."""
    named = (name for name, part in parts if place and holds(tree.span(part), place))
    return next(named, "")


def is_history(value: Value | None) -> bool:
    """Whether it is a `History()`, a callback that is what each `fit` gives."""
    made = value.expr.value if isinstance(value, Static) else None
    return isinstance(made, Configured) and made.name == "keras.callbacks.History"
