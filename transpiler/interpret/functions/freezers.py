"""Functions that only say whether a model is trainable: their calls do as `trainable = ...` does.

def make_trainable(net, val):
    net.trainable = val
    for layer in net.layers:
        layer.trainable = val
"""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import provided
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.layers.freezing import LEFT_FROZEN, leaves_frozen
from transpiler.interpret.models.frozen import is_told_apart
from transpiler.interpret.region import Region
from transpiler.interpret.statics import constant
from transpiler.interpret.values import Function, Model, Static, Value
from transpiler.ir.expr import UNKNOWN, expr
from transpiler.source.suites import is_docstring


def freezes(region: Region, node: cst.CSTNode, function: Function, bound: dict[str, Value]) -> bool:
    """Whether a call is of such a function; then it is noted as what it does."""
    if not isinstance(node, cst.Call) or not isinstance(function.node, cst.FunctionDef):
        return False
    said = [_said(s) for s in function.node.body.body if not is_docstring(s)]
    if not said or len(set(said)) != 1 or said[0] is None:
        return _tells(region, node, function, bound)
    name, given = said[0]
    model = bound.get(name)
    value = expr(given == "True") if given in ("True", "False") else None
    held = bound.get(given, _default(function, given)) if value is None else Static(value)
    of = _argument(node, function, name)
    if of is not None and is_told_apart(region, region.tree.source(of)):
        return _tells(region, node, function, bound)
    if not isinstance(model, Model) or not isinstance(held, Static) or of is None:
        return False
    if constant(held) is UNKNOWN or not _is_statement(region, node):
        return False
    noted: Any = provided("note_freezing")
    loops = [isinstance(s, cst.For) for s in function.node.body.body if _said(s)]
    left = not any(loops) and leaves_frozen(region, model, held)
    noted(region, node, model, held, of, itself=not all(loops))
    if left:
        region.training[id(node)].problem = LEFT_FROZEN
    region.left_calls.append((node, function.name, model))
    region.inlined.append(function)
    region.file.freezers.add(id(function.node))
    return True


def _tells(region: Region, node: cst.Call, function: Function, bound: dict[str, Value]) -> bool:
    """The same of a function that is a loop over layers: `for layer in model.layers[:n]`."""
    assert isinstance(function.node, cst.FunctionDef)
    body = [s for s in function.node.body.body if not is_docstring(s)]
    models = [value for value in bound.values() if isinstance(value, Model)]
    match body:
        case [cst.For(orelse=None) as loop] if len(models) == 1 and _is_statement(region, node):
            pass
        case _:
            return False
    told: Any = provided("tell_layers")
    before = region.scope
    region.scope = before.copy()
    region.scope.values |= bound
    try:
        if not told(region, loop, node):
            return False
    finally:
        region.scope = before
    region.inlined.append(function)
    region.file.freezers.add(id(function.node))
    return True


def _said(statement: cst.CSTNode) -> tuple[str, str] | None:
    """Whose `trainable` a statement sets, of all layers too, and to what; None of others."""
    match statement:
        case cst.For(
            target=cst.Name(layer),
            iter=cst.Attribute(value=cst.Name(model), attr=cst.Name("layers")),
            body=cst.IndentedBlock(body=[inner]),
            orelse=None,
        ):
            found = _said(inner)
            return (model, found[1]) if found is not None and found[0] == layer else None
        case cst.SimpleStatementLine(
            body=[
                cst.Assign(
                    targets=[
                        cst.AssignTarget(cst.Attribute(cst.Name(owner), cst.Name("trainable")))
                    ],
                    value=cst.Name(value),
                )
            ]
        ):
            return owner, value
    return None


def _is_statement(region: Region, node: cst.Call) -> bool:
    """Whether nothing is done with what the call gives."""
    match region.statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value)]):
            return value is node
    return False


def _default(function: Function, name: str) -> Value | None:
    """What a parameter is where no call gives it."""
    for parameter in parameters_of(function.node):
        match parameter.default:
            case cst.Name("True" | "False" as value) if parameter.name == name:
                return Static(expr(value == "True"))
    return None


def _argument(node: cst.Call, function: Function, name: str) -> cst.BaseExpression | None:
    """What a call gives to a parameter."""
    names = [p.name for p in parameters_of(function.node)][bool(function.owner) :]
    positions = iter(names)
    for argument in node.args:
        key = argument.keyword.value if argument.keyword is not None else next(positions, "")
        if key == name and not argument.star:
            return argument.value
    return None
