"""Operators, subscripts and shapes of tensors."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import rewrite
from transpiler.interpret.tensors.constants import as_tensor, constant_of, is_array_beside, operand
from transpiler.interpret.tensors.layouts import as_read, common_layout, in_layout
from transpiler.interpret.tensors.names import agreeing, ensure_current, refreshed
from transpiler.interpret.tensors.results import run_rule
from transpiler.interpret.values import Bound, Constant, Sequence, Static, Unknown, Value, is_graph
from transpiler.ir.expr import NO_SIZE, Expr, attribute, expr, index
from transpiler.ir.tensor import TEXTS, Dim, Layout, Tensor
from transpiler.record import replace


def binary_op(region: Region, left: Value, operator: str, right: Value, node: cst.CSTNode) -> Value:
    """`left operator right` with a tensor on at least one side."""
    sides = [left, right]
    if any(isinstance(side, Unknown) and not isinstance(side, Constant) for side in sides):
        return Unknown("arithmetic with something unknown")
    target = common_layout([v for v in sides if isinstance(v, Bound)])
    operands: list[Any] = []
    bounds: list[Bound] = []
    for side in sides:
        if isinstance(side, Bound):
            moved = in_layout(region, ensure_current(region, side, node), target)
            operands.append(moved)
            bounds.append(moved)
        elif isinstance(side, Constant):
            operands.append(side)
        else:
            operands.append(as_read(region, side, node))

    scalar = any(_is_number(region, side) for side in sides)

    def beside(other: Any, met: Tensor) -> Any:
        if isinstance(other, Constant):
            return operand(region, other, met, node)
        if met.dtype in TEXTS or scalar or not is_array_beside(region, other, node):
            return other
        return as_tensor(other, met)

    def build(given: list[Tensor]) -> Any:
        queue = iter(agreeing(region, given))
        a, b = (next(queue) if isinstance(o, Bound) else beside(o, given[0]) for o in operands)
        return region.file.rules.binary(a, operator, b, scalar=scalar)

    return run_rule(region, node, bounds, build, f"`{operator}`")


def _is_number(region: Region, side: Value) -> bool:
    """Whether a plain operand is certainly one number, no array."""
    if not isinstance(side, Static):
        return False
    if isinstance(side.expr.value, (int, float)):
        return True
    parameter = region.parameters.get(side.expr.text)
    if parameter is None:
        return False
    if parameter.annotation is not None:
        kind = parameter.annotation.annotation
        return isinstance(kind, cst.Name) and kind.value in ("int", "float")
    return isinstance(parameter.default, (cst.Integer, cst.Float))


def constant_op(
    region: Region, left: Value, operator: str, right: Value, node: cst.CSTNode
) -> Value:
    """`left operator right` with a constant on at least one side."""
    scalar = any(_is_number(region, side) for side in (left, right))

    def build(given: list[Any], _: Tensor) -> Any:
        return region.file.rules.binary(given[0], operator, given[1], scalar=scalar)

    return constant_of(region, node, [left, right], build, "arithmetic with something unknown")


def unary_op(region: Region, operator: str, operand: Bound, node: cst.CSTNode) -> Value:
    """`-x` or `~x` of a tensor."""
    return run_rule(
        region,
        node,
        [ensure_current(region, operand, node)],
        lambda given: region.file.rules.unary(operator, given[0]),
        f"`{operator}`",
    )


def subscript_op(region: Region, receiver: Bound, node: cst.Subscript) -> Value:
    """`x[:, 0]` and its like."""
    keys = _keys(region, node)
    current = ensure_current(region, receiver, node)
    if _slices_all_axes(current.tensor, keys):
        return _channels_first_slices(region, current, keys, node)
    moved = in_layout(region, current, Layout.LAST)
    return run_rule(
        region,
        node,
        [moved],
        lambda given: region.file.rules.subscript(given[0], keys),
        "indexing",
    )


def constant_subscript(region: Region, receiver: Constant, node: cst.Subscript) -> Value:
    """`tf.range(n)[:, None]`."""
    keys = _keys(region, node)

    def build(given: list[Any], _: Tensor) -> Any:
        return region.file.rules.subscript(given[0], keys)

    return constant_of(region, node, [receiver], build, "a part of something unknown")


def _keys(region: Region, node: cst.Subscript) -> list[Any]:
    """What stands between the brackets: expressions, slices, None."""
    keys: list[Any] = []
    for element in node.slice:
        if isinstance(element.slice, cst.Index):
            value = evaluate(region, element.slice.value)
            if is_graph(value) or isinstance(value, Unknown):
                raise GiveUp("a tensor is indexed by a tensor", node)
            key = as_read(region, value, node)
            plain = key.known and (key.value is None or key.value is ...)
            keys.append(key.value if plain else key)
        elif isinstance(element.slice, cst.Slice):
            parts = [
                None if b is None else as_read(region, evaluate(region, b), node)
                for b in (element.slice.lower, element.slice.upper, element.slice.step)
            ]
            keys.append(slice(*parts))
    return keys


def _slices_all_axes(tensor: Tensor, keys: list[Any]) -> bool:
    first = tensor.layout is Layout.FIRST and tensor.dims is not None and len(tensor.dims) > 1
    return first and len(keys) == tensor.rank and all(isinstance(k, slice) for k in keys)


def _channels_first_slices(
    region: Region, value: Bound, keys: list[Any], node: cst.CSTNode
) -> Value:
    """`x[:, 1:3, :, :8]` keeps its axes: the slices move with them."""
    moved_keys = [keys[0], keys[-1], *keys[1:-1]]

    def build(given: list[Tensor]) -> Tensor:
        tensor = given[0]
        assert tensor.dims is not None
        dims = (tensor.dims[-1], *tensor.dims[:-1])
        sliced = region.file.rules.subscript(
            replace(tensor, layout=Layout.LAST, dims=dims), moved_keys
        )
        back = None if sliced.dims is None else (*sliced.dims[1:], sliced.dims[0])
        result: Tensor = replace(sliced, layout=Layout.FIRST, dims=back)
        return result

    return run_rule(region, node, [value], build, "indexing")


def dims_value(region: Region, value: Bound) -> Value:
    """`x.shape`: sizes that `__init__` knows; `forward` reads them off the tensor."""
    tensor = refreshed(region, value)
    if tensor.dims is None:
        if tensor.channels_hint is None:
            return Unknown("the shape of this tensor is not known")
        return Sequence(
            (
                Unknown("the shape of this tensor is not known"),
                _size(tensor, -1, tensor.channels_hint),
            ),
            tuple,
        )
    items: list[Value] = [Static(Expr("None", None), _running_size(tensor, 0))]
    for i, dim in enumerate(tensor.dims):
        items.append(_size(tensor, i + 1, dim))
    return Sequence(tuple(items), tuple)


def rewrite_shape(region: Region, node: cst.BaseExpression, value: Bound, shape: Value) -> None:
    """Where a whole shape is used, both programs write it out in Keras's order."""
    if not isinstance(shape, Sequence) or not all(isinstance(i, Static) for i in shape.items):
        return
    parts = [i for i in shape.items if isinstance(i, Static)]
    running = expr(tuple(p.running for p in parts))
    tensor = value.tensor
    if tensor.layout is Layout.LAST or tensor.dims is None or len(tensor.dims) < 2:
        running = attribute(tensor.code, "shape")
    rewrite(region, node, Static(expr(tuple(p.expr for p in parts)), running))


def _size(tensor: Tensor, axis: int, dim: Dim) -> Static:
    """One size, for both programs."""
    unknown = NO_SIZE
    return Static(unknown if dim is None else dim, _running_size(tensor, axis))


def _running_size(tensor: Tensor, axis: int) -> Expr:
    torch_axis = tensor.axis(axis) if tensor.dims is not None or tensor.layout is Layout.LAST else 1
    return index(attribute(tensor.code, "shape"), torch_axis)
