"""Operators and comparisons, and `a if b else c`."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.decisions import note_decision
from transpiler.interpret.dispatch import evaluate, evaluates, provided
from transpiler.interpret.layers.inputs import list_inputs
from transpiler.interpret.object_groups import OF_METHOD
from transpiler.interpret.predicted import PREDICTED, is_array
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import (
    const,
    constant,
    fold,
    fold_bool,
    operator_text,
    rewrite,
    to_expr,
    verbatim,
)
from transpiler.interpret.tensors.operators import binary_op, constant_op, unary_op
from transpiler.interpret.values import (
    Bound,
    CarriedModel,
    Choice,
    Constant,
    Framework,
    Function,
    Keyed,
    Layer,
    Mapping,
    Measured,
    Model,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    holds_tensor,
    is_graph,
)
from transpiler.ir.expr import NOT, UNKNOWN
from transpiler.ir.pipeline import Pipeline
from transpiler.ir.sizes import stays_whole
from transpiler.record import replace
from transpiler.source.between import changed_between
from transpiler.source.changes import changed_in_place


@evaluates(cst.BinaryOperation)
def binary(region: Region, node: cst.BinaryOperation) -> Value:
    left, right = evaluate(region, node.left), evaluate(region, node.right)
    operator = operator_text(node.operator)
    if region.batch_names:
        provided("settle_beside")(region, node, left, right)
    if isinstance(left, Bound) or isinstance(right, Bound):
        return binary_op(region, left, operator, right, node)
    if isinstance(left, Constant) or isinstance(right, Constant):
        return constant_op(region, left, operator, right, node)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        reasons = [side.reason for side in (left, right) if isinstance(side, Unknown)]
        counts = of_arrays(left, right) or _of_numbers(left, operator, right)
        return counts or Unknown(next(filter(None, reasons), ""))
    if isinstance(left, Sequence) and isinstance(right, Sequence) and operator == "+":
        written = None
        plain = all(isinstance(i, (Static, Sequence, Mapping)) for i in (*left.items, *right.items))
        if plain and not is_graph(left) and not is_graph(right):
            written = verbatim(region, node, left, right).expr
        items = [item for side in (left, right) for item in _items_of(region, side, node)]
        return Sequence(tuple(items), left.kind, static=written)
    if operator == "+" and (chain := provided("chain_lists")(region, left, right)) is not None:
        layers: Value = chain
        return layers
    if operator == "+" and any(isinstance(side, Repeated) for side in (left, right)):
        sides = [s.items if isinstance(s, Sequence) else (s,) for s in (left, right)]
        joined: Value = provided("join_lists")(region, [*sides[0], *sides[1]], node)
        return joined
    if operator == "*" and _is_one_blank(left) and isinstance(right, Static):
        return _blanks(region, node, left, right)
    if operator == "*":
        turned = ((left, right), (right, left))
        names = filter(None, (_names_again(region, node, *pair) for pair in turned))
        if (again := next(names, None)) is not None:
            return again
    if holds_tensor(left) or holds_tensor(right):
        raise GiveUp("lists of tensors are put together in a way that is not understood", node)
    made = verbatim(
        region, node, left, right, value=fold(operator, constant(left), constant(right))
    )
    if any(isinstance(side, Static) and side.expr.array for side in (left, right)):
        return replace(made, expr=replace(made.expr, array=True))
    if isinstance(left, Static) and isinstance(right, Static) and not made.expr.known:
        if stays_whole(left.expr, operator, right.expr):
            return replace(made, expr=replace(made.expr, whole=True))
    return made


def _items_of(region: Region, values: Sequence, node: cst.CSTNode) -> list[Value]:
    """What is in a list or tuple: tensors whose variables changed are read from the list itself."""
    if values.code is not None and all(isinstance(item, Bound) for item in values.items):
        return [*list_inputs(region, values, node)]
    return [*values.items]


def of_arrays(left: Value, right: Value, whole: bool = False) -> Unknown | None:
    """What an operator makes of arrays that a model has predicted, and of plain values."""
    sides = (left, right)
    if not all(isinstance(side, (Static, Measured)) or is_array(side) for side in sides):
        return None
    whole = whole or any(isinstance(side, Measured) and side.whole for side in sides)
    plain = next((s for s in sides if isinstance(s, Measured) and not is_array(s)), None)
    tensor = any(isinstance(side, Measured) and side.tensor for side in sides)
    return Measured(PREDICTED if plain is None else plain.reason, whole=whole, tensor=tensor)


def _of_numbers(left: Value, operator: str, right: Value) -> Unknown | None:
    """What an operator makes of a number, and what a method gives that knows of no framework.

    `0.1 * agent.act(state)`: but for a list, which no fraction multiplies, it can be computed with.
    """
    for number, other in ((constant(left), right), (constant(right), left)):
        counts = isinstance(number, float) or (operator != "*" and isinstance(number, int))
        given = isinstance(other, Unknown) and other.reason.endswith(OF_METHOD)
        if operator in ("*", "-", "/", "**") and counts and given:
            return Unknown(PREDICTED)
    return None


#: So many places of a list are looked at one by one.
_MOST = 64


def _is_one_blank(value: Value) -> bool:
    """Whether it is `[None]`."""
    return isinstance(value, Sequence) and len(value.items) == 1 and constant(value) == [None]


def _names_again(
    region: Region, node: cst.BinaryOperation, names: Value, count: Value
) -> Sequence | None:
    """`["mse"] * 2`, `[y] * 2`: as many names, or variables, each of which is known."""
    known, number = names.items if isinstance(names, Sequence) else (), constant(count)
    again = isinstance(count, Static) and count.run is None and isinstance(number, int)
    if not known or not again or not 0 < number * len(known) <= _MOST:
        return None
    if not all(isinstance(constant(one), str) or _is_variable(one) for one in known):
        return None
    return Sequence(known * number, list, static=verbatim(region, node, names, count).expr)


def _is_variable(value: Value) -> bool:
    """Whether it is what a variable holds of which no more is known."""
    return isinstance(value, Static) and not value.expr.known and value.expr.text.isidentifier()


def _blanks(region: Region, node: cst.BinaryOperation, blank: Value, count: Static) -> Value:
    """`[None] * depth`: a list whose places are filled later."""
    written = verbatim(region, node, blank, count)
    number = constant(count)
    if isinstance(number, int) and 0 < number <= _MOST and count.run is None:
        return Sequence((const(None),) * number, list, static=written.expr)
    return replace(written, blank=True)


@evaluates(cst.UnaryOperation)
def unary(region: Region, node: cst.UnaryOperation) -> Value:
    operand = evaluate(region, node.expression)
    operator = operator_text(node.operator)
    if isinstance(operand, Bound):
        return unary_op(region, operator, operand, node)
    if isinstance(operand, Unknown):
        return operand
    known = constant(operand)
    result: Any = UNKNOWN
    if known is not UNKNOWN:
        if operator == "not":
            result = not known
        elif operator == "-" and isinstance(known, (int, float)):
            result = -known
    if operator == "not" and is_graph(operand):
        length = len(operand.items) if isinstance(operand, Sequence) else None
        if length is None:
            return Unknown("truth of a tensor")
        return const(length == 0)
    return verbatim(region, node, operand, value=result)


@evaluates(cst.BooleanOperation)
def boolean(region: Region, node: cst.BooleanOperation) -> Value:
    left = _asked_now(region, node.left)
    operator = operator_text(node.operator)
    first = truth(left)
    if first is not UNKNOWN and first == (operator == "or"):
        return left
    right = evaluate(region, node.right)
    if first is not UNKNOWN:
        return right
    if isinstance(left, Unknown) or isinstance(right, Unknown) or is_graph(left) or is_graph(right):
        return Unknown("a condition on something unknown")
    known = fold_bool(operator, constant(left), constant(right))
    return verbatim(region, node, left, right, value=known)


def truth(value: Value) -> Any:
    """Whether a value counts as true; UNKNOWN where that is not settled when converting."""
    known = constant(value)
    if known is not UNKNOWN:
        return bool(known)
    if isinstance(value, (Layer, Function, UserClass, Framework, Model)):
        return True
    if isinstance(value, (Sequence, Mapping)):
        return bool(value.items)
    return UNKNOWN


@evaluates(cst.Comparison)
def comparison(region: Region, node: cst.Comparison) -> Value:
    left = evaluate(region, node.left)
    chosen = _is_chosen(region, left, node) or _is_filled(region, left, node)
    chosen = chosen or _is_carried(region, left, node)
    if chosen is not None:
        return chosen
    parts = [left]
    result: Any = True
    for target in node.comparisons:
        right = evaluate(region, target.comparator)
        parts.append(right)
        operator = operator_text(target.operator)
        step = _compare(region, left, operator, right, node)
        if operator in ("in", "not in") and step is UNKNOWN:
            held: Any = provided("surely_holds")(region, target.comparator, constant(left))
            step = UNKNOWN if held is None else held is (operator == "in")
        if isinstance(step, (Bound, Unknown)):
            return step
        if step is UNKNOWN:
            result = UNKNOWN
        elif result is not UNKNOWN:
            result = result and step
        elif step is False:
            result = False
        left = right
    if result is not UNKNOWN and any(is_graph(p) for p in parts):
        return const(result)
    return verbatim(region, node, *parts, value=result)


def _is_chosen(region: Region, value: Value, node: cst.Comparison) -> Static | None:
    """`block is not None`, where a condition has decided whether there is one: that condition."""
    if not isinstance(value, Choice) or len(node.comparisons) != 1:
        return None
    operator = operator_text(node.comparisons[0].operator)
    other = evaluate(region, node.comparisons[0].comparator)
    nones = [constant(option) is None for option in value.options]
    if operator not in ("is", "is not") or constant(other) is not None or sum(nones) != 1:
        return None
    if not region.scope.current(value.test.expr):
        return None
    if nones[1] is (operator == "is not"):
        return value.test
    test = value.test.expr
    return Static(replace(test, text=f"not {test.wrapped(NOT)}", strength=NOT, value=UNKNOWN))


def _is_filled(region: Region, value: Value, node: cst.Comparison) -> Static | None:
    """`skips[i] is not None` of a list that began as `[None] * n`: both programs ask it."""
    place = node.left
    if not isinstance(value, Bound) or not value.maybe or not isinstance(place, cst.Subscript):
        return None
    other = evaluate(region, node.comparisons[0].comparator)
    if len(node.comparisons) != 1 or constant(other) is not None:
        return None
    keys = [evaluate(region, e.slice.value) for e in place.slice if isinstance(e.slice, cst.Index)]
    return verbatim(region, node, evaluate(region, place.value), *keys)


def _is_carried(region: Region, value: Value, node: cst.Comparison) -> Static | None:
    """`best is None`, where an earlier round of a loop may have put a model: the program asks."""
    if not isinstance(value, CarriedModel) or value.expr is None or len(node.comparisons) != 1:
        return None
    other = evaluate(region, node.comparisons[0].comparator)
    return verbatim(region, node, Static(value.expr)) if constant(other) is None else None


def _compare(region: Region, left: Value, operator: str, right: Value, node: cst.CSTNode) -> Any:
    none_left, none_right = constant(left) is None, constant(right) is None
    if operator in ("is", "is not", "==", "!=") and (none_left or none_right):
        other = right if none_left else left
        if isinstance(other, Bound) and other.maybe:
            raise GiveUp("it is not known which places of a list are still None", node)
        if isinstance(
            other, (Bound, Layer, Sequence, Mapping, Function, Model, Framework, UserClass)
        ):
            return operator in ("is not", "!=")
    if isinstance(left, Bound) or isinstance(right, Bound):
        if operator in ("is", "is not", "in", "not in"):
            return Unknown("identity of a tensor")
        return binary_op(region, left, operator, right, node)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        unknown = Unknown("a comparison with something unknown")
        return of_arrays(left, right, whole=True) or unknown
    if isinstance(left, Framework) and isinstance(right, Framework):
        same = left.name == right.name
        return same if operator in ("is", "==") else not same
    if isinstance(right, Keyed) and operator in ("in", "not in") and not is_graph(left):
        return UNKNOWN  # which keys there are, both programs know
    if is_graph(left) or is_graph(right):
        return Unknown("a comparison of layers")
    return fold(operator, constant(left), constant(right))


def _is_the_users(region: Region, node: cst.IfExp, test: Value, chosen: Value) -> bool:
    """Whether a choice by values of the program stays in the text, as its `if` statements do."""
    if not region.is_module or region.settles(node.test):
        return False
    plain = (Static, Sequence, Mapping)
    if not isinstance(test, plain) or not isinstance(chosen, plain):
        return False
    read = (region.scope.get(name) for name in region.tree.names(node))
    return not any(value is not None and is_graph(value) for value in read)


def _asked_now(region: Region, node: cst.BaseExpression) -> Value:
    """What decides a choice; of what a loop fills, only a run tells whether anything is in it."""
    value = evaluate(region, node)
    if _fills_in_rounds(region, node, value):
        return Static(replace(to_expr(region, value), value=UNKNOWN))
    return value


def _fills_in_rounds(region: Region, node: cst.BaseExpression, test: Value) -> bool:
    """Whether a list or dict is asked for in a loop, and changes: `seen[-1] if seen else 0.0`."""
    if not region.loops or not isinstance(test, (Sequence, Mapping)) or is_graph(test):
        return False
    text = region.tree.text if region.is_module else region.source
    if changed_in_place(text, region.tree.names(node)):
        return True
    begin, end = region.tree.span(region.rounds[0].loop)
    return bool(changed_between(region.tree.text, region.tree.source(node), begin, end))


@evaluates(cst.IfExp)
def conditional(region: Region, node: cst.IfExp) -> Value:
    test = _asked_now(region, node.test)
    decided = truth(test)
    if decided is not UNKNOWN:
        note_decision(region, node, node.test, test)
        side = node.body if decided else node.orelse
        chosen = evaluate(region, side)
        if _is_the_users(region, node, test, chosen):
            if isinstance(chosen, Static) and isinstance(chosen.expr.value, Pipeline):
                return provided("conditional")(region, node, test)  # both are to be torch's
            return chosen
        if isinstance(chosen, (Static, Framework)):
            rewrite(region, node, Static(to_expr(region, chosen)), 0)
            if isinstance(chosen, Static) and region.settles(node.test):
                region.settled[region.tree.span(node)] = region.tree.source(side)
        return chosen
    if isinstance(test, Unknown):
        return Unknown(test.reason)
    asked: Any = provided("asked_of_element")(region, test, node.test)
    test = test if asked is None else asked
    if isinstance(test, (Repeated, Keyed)):
        return Unknown("a choice by whether there are models")
    return provided("conditional")(region, node, test)
