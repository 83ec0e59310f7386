"""Functions that give layers: what they give stands in the place of the call."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import libcst as cst

from transpiler.interpret.arguments import Argument, arguments_of
from transpiler.interpret.control.branches import serials
from transpiler.interpret.dispatch import evaluate, provided, provides
from transpiler.interpret.effects import evaluated_once
from transpiler.interpret.expressions.operators import truth
from transpiler.interpret.functions.parameters import bind_arguments, parameters_of
from transpiler.interpret.region import GiveUp, Parameter, Region
from transpiler.interpret.statics import constant, to_expr, verbatim
from transpiler.interpret.tensors.names import materialize
from transpiler.interpret.values import (
    Bound,
    Choice,
    Framework,
    Function,
    Layer,
    Mapping,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    is_graph,
)
from transpiler.ir.code import If, Line, Node
from transpiler.ir.expr import UNKNOWN, Expr, ternary
from transpiler.source.suites import is_docstring


def _refuse_changed(home: Region, function: Function, default: cst.BaseExpression) -> None:
    """Refuse a default that reads a variable which is another one than when it was evaluated."""
    for name in home.tree.names(default):
        if name in function.closure:
            if function.closure[name] is not home.scope.values.get(name, function.closure[name]):
                raise GiveUp(f"`{name}`, which a default reads, has changed since", default)


@provides("inline_call")
def inline(
    region: Region, node: cst.CSTNode, function: Function, arguments: list[Argument]
) -> Value:
    """A lambda, or a function whose body is one `return`: evaluated in the place of its call."""
    region.inlined.append(function)
    parameters = parameters_of(function.node)
    bound = bind_arguments(function, parameters, arguments)
    frame: dict[str, Value] = {}
    foreign = function.file is not None and function.file is not region.file
    home = function.file.module if foreign else region
    for parameter in parameters:
        value = bound.get(parameter.name)
        if value is None and parameter.default is not None and home is not None:
            value = evaluate(home, parameter.default)
            _refuse_changed(home, function, parameter.default)
        if value is None:
            raise GiveUp(f"`{function.name}` misses the argument {parameter.name}", node)
        if isinstance(value, Bound) and not foreign and _reads_often(region, function, parameter):
            value = materialize(region, value)
        value = evaluated_once(region, value, parameter.name, node)
        frame[parameter.name] = value
    before = dict(region.settled)
    given = (
        _given_elsewhere(node, function, frame) if foreign else _inlined(region, function, frame)
    )
    if isinstance(function.node, cst.Lambda) and region.settled != before:
        region.settled = before  # what stands in its body is written for all calls
        _inlined(region, function, {name: Static(Expr(name)) for name in frame})
    if isinstance(given, Function) and isinstance(node, cst.Call):
        given.maker, given.outer = _written_call(region, node, arguments), function
        given.lists = tuple(name for name, value in bound.items() if _is_list(value))
    return given


def _inlined(region: Region, function: Function, frame: dict[str, Value]) -> Value:
    """What a function gives to whom calls it in some region of its file."""
    outer, region.inline = region.inline, {**frame}
    outer_scope_outer = region.scope.outer
    saved = dict(region.rewrites), dict(region.running), region.whole
    region.whole = None
    region.scope.outer = {**function.closure, **region.scope.outer}
    try:
        if isinstance(function.node, cst.Lambda):
            return _of_lambda(region, function.node)
        return _inline_body(region, function, list(function.node.body.body), frame, ())
    finally:
        region.inline = outer
        region.scope.outer = outer_scope_outer
        region.rewrites, region.running, region.whole = saved


def _of_lambda(region: Region, node: cst.Lambda) -> Value:
    """What a lambda gives; the models that it builds would be those of all its calls."""
    models, begun = len(region.built), len(region.open_sequentials)
    given = evaluate(region, node.body)
    if (len(region.built), len(region.open_sequentials)) != (models, begun):
        del region.built[models:], region.open_sequentials[begun:]
        raise GiveUp("a lambda builds a model: write it as a function, with `def`", node)
    return given


def _given_elsewhere(node: cst.CSTNode, function: Function, frame: dict[str, Value]) -> Function:
    """The function, a loss or metric, that one of another file gives."""
    module = function.file.module
    plain = isinstance(function.node, cst.FunctionDef) and module is not None
    given = _inlined(module, function, frame) if plain else None
    if not isinstance(given, Function) or given.file is not function.file:
        raise GiveUp(f"`{function.name}` of another file gives a layer", node)
    return given


def _is_list(value: Value) -> bool:
    """Whether it is a list or an array of numpy."""
    return isinstance(value, Sequence) or (
        isinstance(value, Static) and (value.expr.array or isinstance(value.expr.value, list))
    )


def _written_call(region: Region, node: cst.Call, arguments: list[Argument]) -> Expr | None:
    """A call as the program has it; None where it passes on something of a model."""
    values = [value for _, value in arguments]
    if not all(isinstance(v, (Static, Sequence, Mapping)) and not is_graph(v) for v in values):
        return None
    return to_expr(region, verbatim(region, node, *values))


def _reads_often(region: Region, function: Function, parameter: Parameter) -> bool:
    """Whether a function reads a parameter more than once, which must be computed but once."""
    source = region.tree.source(function.node.body)
    return len(re.findall(rf"\b{parameter.name}\b", source)) > 1


#: The conditions that lead to a place, each with the side that is taken there.
_Path: TypeAlias = "tuple[tuple[Static, bool], ...]"


def _inline_body(
    region: Region,
    function: Function,
    statements: list[Any],
    frame: dict[str, Value],
    path: _Path,
) -> Value:
    """What a body of plain assignments, conditions and returns gives."""
    for position, statement in enumerate(statements):
        if is_docstring(statement):
            continue
        if isinstance(statement, cst.If):
            after = statements[position + 1 :]
            return _inline_if(region, function, statement, after, frame, path)
        if isinstance(statement, cst.FunctionDef):
            own = {
                n: v if isinstance(v, (Framework, Function, UserClass)) else Static(Expr(n))
                for n, v in frame.items()
            }
            closure = {**function.closure, **own}
            made = Function(
                statement.name.value,
                statement,
                closure,
                nested_in=function.name,
                file=function.file,
            )
            made.frame = dict(frame)
            frame[made.name] = region.inline[made.name] = made
            continue
        small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        if isinstance(small, cst.Return) and small.value is not None:
            return evaluate(region, small.value)
        names = _plain_targets(small)
        if names:
            assert isinstance(small, (cst.Assign, cst.AnnAssign))
            assert small.value is not None
            value = evaluate(region, small.value)
            for name in names:
                frame[name] = region.inline[name] = value
            continue
        if isinstance(small, cst.Assign) and (
            _inline_parts(region, small, frame) or _inline_name(region, small, frame)
        ):
            continue
        if isinstance(small, cst.Expr) and _inline_change(region, small.value, frame):
            continue
        if isinstance(small, cst.Raise):
            _keep_raise(region, small, path)
            return Unknown("an error")
        break
    raise GiveUp(f"`{function.name}` gives layers in a way that is not understood")


def _plain_targets(node: cst.CSTNode | None) -> list[str]:
    """The names that a statement assigns, where it assigns nothing else."""
    if isinstance(node, cst.AnnAssign) and node.value is not None:
        targets = [node.target]
    else:
        targets = [t.target for t in node.targets] if isinstance(node, cst.Assign) else []
    names = [t.value for t in targets if isinstance(t, cst.Name)]
    return names if len(names) == len(targets) else []


def _inline_parts(region: Region, node: cst.Assign, frame: dict[str, Value]) -> bool:
    """`a, b = values` of such a body; whether it is understood."""
    target = node.targets[0].target
    if not isinstance(target, (cst.Tuple, cst.List)) or len(node.targets) > 1:
        return False
    value = evaluate(region, node.value)
    if not isinstance(value, Sequence):
        return False
    names = [e.value.value for e in target.elements if isinstance(e.value, cst.Name)]
    if len(names) != len(target.elements) or len(names) != len(value.items):
        return False
    for name, item in zip(names, value.items, strict=True):
        frame[name] = region.inline[name] = item
    return True


def _inline_name(region: Region, node: cst.Assign, frame: dict[str, Value]) -> bool:
    """`inner.__name__ = "dice"` in such a body; whether it is that."""
    match node.targets:
        case [
            cst.AssignTarget(target=cst.Attribute(value=cst.Name(name), attr=cst.Name("__name__")))
        ]:
            held = frame.get(name)
            if isinstance(held, Function):
                region.file.call_function(held, constant(evaluate(region, node.value)))
                return True
    return False


def _inline_change(region: Region, node: cst.BaseExpression, frame: dict[str, Value]) -> bool:
    """`config.update(other)`, `layer.adapt(x)` in such a body; whether it is understood."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return False
    name = node.func.value.value if isinstance(node.func.value, cst.Name) else ""
    held = frame.get(name)
    if node.func.attr.value == "adapt" and isinstance(held, Layer):
        learned: Any = provided("adapt_inside")(region, node, held)
        return bool(learned)
    if node.func.attr.value != "update" or not isinstance(held, Mapping):
        return False
    items = dict(held.items)
    for keyword, value in arguments_of(region, node):
        if keyword is None and isinstance(value, Mapping):
            items.update(value.items)
        elif keyword is not None and not keyword.startswith("*"):
            items[keyword] = value
        else:
            return False
    frame[name] = region.inline[name] = Mapping(items)
    return True


def _keep_raise(region: Region, node: cst.Raise, path: _Path) -> None:
    """What the function refuses, `__init__` refuses where the function was called."""
    if region.is_module or node.exc is None:
        return
    raised = to_expr(region, evaluate(region, node.exc))
    text = f"raise {raised.text}"
    made: Node = Line(text, uses=frozenset(name for name, _ in raised.names), effect=True)
    tests = tuple((test.expr.text, test.expr.names, side) for test, side in path)
    if (text, tests) in region.refusals:
        return
    for test, side in reversed(path):
        made = If(test.expr, [made] if side else [], [] if side else [made], id=next(serials))
    region.emit_init(made)
    if not region.loops and not region.branches:
        region.refusals.add((text, tests))


def _inline_if(
    region: Region,
    function: Function,
    node: cst.If,
    after: list[Any],
    frame: dict[str, Value],
    path: _Path,
) -> Value:
    test = evaluate(region, node.test)
    decided = truth(test)
    rest: list[Any] = after
    if isinstance(node.orelse, cst.Else):
        rest = [*node.orelse.body.body, *after]
    elif isinstance(node.orelse, cst.If):
        rest = [node.orelse, *after]
    then = [*node.body.body, *after]
    if decided is not UNKNOWN:
        return _inline_body(region, function, then if decided else rest, frame, path)
    if not isinstance(test, Static):
        raise GiveUp(f"`{function.name}` gives a layer by a condition that is not known", node)
    one = _inline_body(region, function, then, dict(frame), (*path, (test, True)))
    other = _inline_body(region, function, rest, dict(frame), (*path, (test, False)))
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return other if isinstance(one, Unknown) else one
    if isinstance(one, Static) and isinstance(other, Static):
        return Static(ternary(test.expr, one.expr, other.expr))
    return Choice(test, one, other, Expr(function.name))
