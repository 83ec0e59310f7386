"""What a function gives back, with its channels and sizes where callers find them."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.dispatch import provides
from transpiler.interpret.models.borders import are_borders
from transpiler.interpret.models.functional import returned_value
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.tensors.layouts import in_layout, meeting_layout
from transpiler.interpret.tensors.names import (
    assign_shadow,
    at_start,
    emit_before,
    ensure_current,
    refreshed,
    shadow,
)
from transpiler.interpret.values import Bound, Model, Sequence, Value, holds_tensor
from transpiler.ir.code import Return
from transpiler.ir.tensor import Dim, Layout
from transpiler.record import replace

RETURNED_SIZE = shadow("result", "channels")


@provides("return_value")
def return_value(region: Region, value: Value, node: cst.CSTNode) -> None:
    """`return value` of a function."""
    if isinstance(value, Model):
        region.returns.append((value, node))
        return
    if isinstance(value, Sequence) and holds_tensor(value) and _holds_model(value):
        if not are_borders(region, value, node):
            raise GiveUp("it gives back tensors besides the models that it makes", node)
        region.returns.append((value, node))
        return
    if holds_tensor(value):
        if region.loops:
            raise GiveUp("a tensor is returned from inside a loop", node)
        layout = region.wants.get("return:layout")
        if isinstance(value, Bound) and layout is not None:
            value = in_layout(region, value, layout)
        elif isinstance(value, Sequence) and layout is Layout.LAST and value.code is None:
            moved = (in_layout(region, i, layout) if isinstance(i, Bound) else i
                     for i in value.items)  # fmt: skip
            value = replace(value, items=tuple(moved))
        for bound in _tensors_of(value):
            ensure_current(region, bound, node)
            emit_before(region, bound.tensor.code, "")
        code = returned_value(region, value, node, border=False)
        region.emit_forward(Return(code))
        region.helpers_used |= code.helpers
        value = with_sizes(region, value)
        if "return:size" in region.wants:
            size = out_size(value)
            if size is None:
                raise GiveUp("the channels that a recursive block gives are not known", node)
            assign_shadow(region, RETURNED_SIZE, size)
    region.returns.append((value, node))


def _holds_model(value: Value) -> bool:
    if isinstance(value, Sequence):
        return any(map(_holds_model, value.items))
    return isinstance(value, Model)


def _tensors_of(value: Value) -> list[Bound]:
    if isinstance(value, Bound):
        return [value]
    if isinstance(value, Sequence) and value.code is None:
        return [t for item in value.items for t in _tensors_of(item)]
    return []


def with_sizes(region: Region, value: Value) -> Value:
    """The value, its sizes as they can be read at the return.

    Those that no module of a caller gets from the block are written as a caller can compute them.
    """
    if isinstance(value, Bound):
        tensor = refreshed(region, value)
        if tensor.dims is None:
            return replace(value, tensor=tensor)
        spatial = tuple(None if d is None else at_start(region, d) for d in tensor.dims[:-1])
        return replace(value, tensor=replace(tensor, dims=(*spatial, *tensor.dims[-1:])))
    if isinstance(value, Sequence):
        return replace(value, items=tuple(with_sizes(region, i) for i in value.items))
    return value


def agree_on_returns(region: Region) -> None:
    """All returns of a tensor have their channels in the same place.

    A sequence is given back as it came in, so that a caller's loop need not move its channels.
    """
    if "return:layout" in region.wants:
        return
    values = [v for v, _ in region.returns if isinstance(v, Bound) and _has_axes(v)]
    layouts = {v.tensor.layout for v in values}
    if Layout.FIRST in layouts and all(meeting_layout(v.tensor) is Layout.LAST for v in values):
        given = {region.given_layouts.get(n) for n in region.tensor_order} - {None}
        if given == {Layout.LAST}:
            region.want("return:layout", Layout.LAST)
    if len(layouts) > 1:
        region.want("return:layout", Layout.FIRST)


def _has_axes(value: Bound) -> bool:
    return value.tensor.dims is None or len(value.tensor.dims) > 1


def out_size(result: Value | None) -> Dim:
    if isinstance(result, Sequence):
        sizes = [out_size(item) for item in result.items if isinstance(item, Bound)]
        same = {None if s is None else s.text for s in sizes}
        return sizes[0] if len(same) == 1 and len(sizes) == len(result.items) else None
    if not isinstance(result, Bound):
        return None
    return result.tensor.last_dim
