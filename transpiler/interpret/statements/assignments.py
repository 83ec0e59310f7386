"""Assignments: plain, annotated, augmented."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.diagnostics import LEFT_CODE
from transpiler.interpret.aliases import refuse_aliases, refuse_parts
from transpiler.interpret.control.perhaps import are_callbacks
from transpiler.interpret.control.sequences import append
from transpiler.interpret.dispatch import evaluate, evaluates, executes, provided
from transpiler.interpret.expressions.operators import of_arrays
from transpiler.interpret.layers.collected import extends
from transpiler.interpret.models.inputs import free_name, makes_input
from transpiler.interpret.predicted import is_array
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statements.arrays import array_at, arrays_of, note_arrays
from transpiler.interpret.statements.names import assign_name
from transpiler.interpret.statements.places import change_element
from transpiler.interpret.statements.plain import emit_static
from transpiler.interpret.statements.targets import assign_value, spoil
from transpiler.interpret.statics import constant, fold, operator_text
from transpiler.interpret.tensors.operators import binary_op
from transpiler.interpret.values import (
    Bound,
    Measured,
    Repeated,
    Sequence,
    Static,
    Unknown,
    Value,
    is_graph,
)
from transpiler.ir.expr import Expr
from transpiler.ir.sizes import stays_whole
from transpiler.record import replace


@executes(cst.Assign)
def assign(region: Region, node: cst.Assign) -> None:
    first = node.targets[0].target
    if len(node.targets) == 1 and type(first) is cst.Tuple and _makes_inputs(region, node):
        _assign_inputs(region, first, node)
        return
    region.assigned = first.value if isinstance(first, cst.Name) and len(node.targets) == 1 else ""
    if type(first) is cst.Subscript and makes_input(region, node.value):
        region.assigned = _key_of(region, first)
    region.whole = node.value
    region.target_hint = region.assigned or _attribute_hint(first)
    arrays = arrays_of(region, node)
    value = evaluate(region, node.value)
    region.whole = None
    refuse_aliases(region, node, value)
    for target in node.targets:
        refuse_parts(region, target.target, node.value, value)
        assign_value(region, target.target, value, node, node.value)
        if len(node.targets) > 1 and isinstance(target.target, cst.Name):
            value = region.scope.values[target.target.value]
    region.assigned = region.target_hint = ""
    gives = type(node.value) is cst.Call and (region.settled or "adapt" in region.tree.words)
    if region.file.data_names or gives:
        provided("note_taken")(region, node)
    note_arrays(region, arrays, node.value)


def _makes_inputs(region: Region, node: cst.Assign) -> bool:
    """Whether it is `a, b = keras.Input(...), keras.Input(...)`."""
    value, target = node.value, node.targets[0].target
    return (
        isinstance(value, cst.Tuple)
        and isinstance(target, cst.Tuple)
        and len(value.elements) == len(target.elements)
        and all(isinstance(element.value, cst.Name) for element in target.elements)
        and all(makes_input(region, element.value) for element in value.elements)
    )


def _assign_inputs(region: Region, target: cst.Tuple, node: cst.Assign) -> None:
    """Several inputs at once, each under its name."""
    assert isinstance(node.value, cst.Tuple)
    for element, made in zip(target.elements, node.value.elements, strict=True):
        assert isinstance(element.value, cst.Name)
        region.assigned = element.value.value
        value = evaluate(region, made.value)
        assign_name(region, element.value.value, value, node, made.value)
    region.assigned = ""


def _key_of(region: Region, target: cst.Subscript) -> str:
    """`inputs["age"] = keras.Input(...)`: an input is called what it is found by, if it can be."""
    only = target.slice[0].slice
    key = constant(evaluate(region, only.value)) if isinstance(only, cst.Index) else None
    return free_name(region, key)


def _attribute_hint(target: cst.BaseExpression) -> str:
    return target.attr.value if isinstance(target, cst.Attribute) else ""


@executes(cst.AnnAssign)
def annotated(region: Region, node: cst.AnnAssign) -> None:
    if node.value is None:
        return
    region.assigned = node.target.value if isinstance(node.target, cst.Name) else ""
    region.whole = node.value
    region.target_hint = region.assigned
    value = evaluate(region, node.value)
    region.whole = None
    refuse_parts(region, node.target, node.value, value)
    assign_value(region, node.target, value, node, node.value)
    region.assigned = region.target_hint = ""


@executes(cst.AugAssign)
def augmented(region: Region, node: cst.AugAssign) -> None:
    right = evaluate(region, node.value)
    operator = operator_text(node.operator)
    left = evaluate(region, node.target)
    if isinstance(left, Bound) or isinstance(right, Bound):
        assign_value(
            region, node.target, binary_op(region, left, operator, right, node), node, None
        )
        return
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        _change_unknown(region, node, left, right)
        return
    if is_graph(left) or is_graph(right):
        name = node.target.value if isinstance(node.target, cst.Name) else ""
        if operator == "+" and name and extends(region, name, right, node):
            return
        if (
            isinstance(left, (Sequence, Repeated))
            and isinstance(right, Sequence)
            and isinstance(node.target, cst.Name)
        ):
            for item in right.items:
                append(region, node.target.value, item)
            return
        raise GiveUp("a list of tensors is extended in a way that is not understood", node)
    if not isinstance(node.target, cst.Name):
        changed = region.tree.source(node.target)
        if "self" in region.parameters and re.fullmatch(r"self\.\w+", changed):
            region.scope.bump(changed)
            region.scope.values.pop(changed, None)
            defs = frozenset({changed})
            emit_static(region, node, defs, (left, right), effect=True, residual=True)
            return
        of_object = isinstance(node.target, cst.Attribute) and changed.startswith("self.")
        if "self" in region.parameters and of_object:
            raise GiveUp("an attribute is changed while a model is built", node)
        known = fold(operator, constant(left), constant(right))
        if isinstance(node.target, cst.Subscript) and change_element(region, node, known):
            return
        owner = node.target.value if isinstance(node.target, cst.Attribute) else None
        if isinstance(owner, cst.Name) and not isinstance(evaluate(region, owner), Static):
            changed_too = frozenset({owner.value})
            emit_static(region, node, changed_too, (left, right), kills=False, extra=changed_too)
            return
        emit_static(region, node, frozenset(), (left, right), effect=True)
        return
    name = node.target.value
    known = fold(operator, constant(left), constant(right))
    emit_static(region, node, frozenset({name}), (left, right))
    array = array_at(region, name)
    region.scope.bump(name)
    if array is not None:  # `x_train /= 255`
        region.file.arrays[name] = replace(array, version=region.scope.version(name))
    reading = region.scope.read(name)
    if isinstance(left, Sequence) and isinstance(right, Sequence) and left.kind is list:
        if operator == "+" and (not region.loops or are_callbacks(region, right)):
            joined = (*left.items, *right.items)
            region.scope.values[name] = Sequence(joined, list, static=reading)
            return
    whole = listed = False
    if isinstance(left, Static) and isinstance(right, Static):
        whole = stays_whole(left.expr, operator, right.expr)
        number = isinstance(left.expr.value, (int, float))
        listed = left.expr.array or (number and right.expr.array)
    made = Expr(name, known, names=reading.names, whole=whole, array=listed)
    region.scope.values[name] = Static(made)


def _change_unknown(region: Region, node: cst.AugAssign, left: Value, right: Value) -> None:
    """An array whose numbers are not known is changed in its place: it keeps its axes.

    A tensor of TensorFlow's would have become another one.
    """
    name = node.target.value if isinstance(node.target, cst.Name) else ""
    array = array_at(region, name)
    spoil(region, node, "arithmetic with something unknown")
    if array is not None and not array.listed:
        region.file.arrays[name] = replace(array, version=region.scope.version(name))
    tensor = isinstance(left, Measured) and left.tensor
    tensor |= isinstance(left, Static) and left.expr.array
    predicted = is_array(left) or is_array(right)
    if tensor and name and re.search(rf"(?m)[^=!<>]=[ \t]*{name}[ \t]*$", region.tree.blanked):
        why = "it was a tensor, and is an array now, which changes under its other name, too"
        region.say(LEFT_CODE, node, f"`{region.tree.source(node)}` is left as it is: {why}")
    made = of_arrays(left, right) if name and predicted and not tensor else None
    if made is not None:
        region.scope.values[name] = made


@evaluates(cst.NamedExpr)
def walrus(region: Region, node: cst.NamedExpr) -> Value:
    raise GiveUp("assignment expressions are not understood here", node)
