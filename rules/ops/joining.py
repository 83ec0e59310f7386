"""Functions that join tensors and take them apart: concat, stack, split."""

from __future__ import annotations

from collections.abc import Sequence

from rules.axes import dimension
from rules.ops.naming import OLD, keras
from rules.ops.operators import in_order
from rules.ops.reductions import places, reducible, torch_axes, without
from transpiler.ir.expr import (
    Bind,
    Expr,
    call,
    expr,
    infix,
    method,
    variable,
)
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported, total
from transpiler.record import replace
from transpiler.rule import Param, after, op


@op("tf.concat", "keras.ops.concatenate", aliases={"values": "xs", "tensors": "xs", **OLD})
def concat(xs: list[Tensor], axis: Param = None) -> Tensor:
    """Along torch's dimension of the axis."""
    axis = expr(0) if axis.is_const(None) else axis
    tensors = _alike(xs)
    first = tensors[0]
    code = call("torch.cat", [x.code for x in tensors], dim=dimension(first, axis))
    result = replace(first, code=code, mask=None)
    if any(is_starred(x) for x in xs) and not axis.is_const(0):
        return replace(result, dims=None, channels_hint=None)
    if any(x.dims is None for x in tensors) or not axis.known:
        if axis.is_const(-1):
            return first.with_channels(code, total(tuple(x.channels for x in xs)) or 0)
        return replace(result, dims=None, channels_hint=None)
    place = axis.value % first.rank
    if place == 0:
        return result
    assert first.dims is not None
    dims = list(first.dims)
    dims[place - 1] = total(tuple(x.dims[place - 1] if x.dims else None for x in tensors))
    return replace(result, dims=tuple(dims))


@op("keras.backend.concatenate")
def backend_concatenate(tensors: list[Tensor], axis: Param = -1) -> Tensor:
    """Along torch's dimension of the axis."""
    result = concat(tensors, axis)
    assert isinstance(result, Tensor)
    return result


def is_starred(x: Tensor) -> bool:
    """Whether it stands for a list of tensors, whose length is only known at run time."""
    return x.code.text.startswith("*")


def _alike(xs: Sequence[Tensor]) -> list[Tensor]:
    """Tensors with their axes in one order."""
    if len({x.layout for x in xs}) == 1:
        return list(xs)
    return [in_order(x) for x in xs]


@op("tf.stack", *keras("stack"), layout=Layout.LAST, aliases={"values": "x", **OLD})
def stack(x: list[Tensor], axis: Param = 0) -> Tensor:
    """The same."""
    tensors = [in_order(t) for t in x]
    first = tensors[0]
    code = call("torch.stack", [t.code for t in tensors], dim=axis)
    result = replace(first, code=code, channels_hint=None, mask=None)
    if first.dims is None or not axis.known or any(is_starred(t) for t in x):
        return replace(result, dims=None)
    sizes: list[Dim] = [None, *first.dims]
    place = axis.value if axis.value >= 0 else axis.value + len(sizes) + 1
    sizes.insert(place, expr(len(tensors)))
    return replace(result, dims=tuple(sizes[1:]))


@op("tf.split", aliases={"value": "x"})
def split(x: Tensor, num_or_size_splits: Param, axis: Param = 0, num: Param = None) -> list[Tensor]:
    """A number says how many parts, where torch's says how long they are."""
    return _parts(x, num_or_size_splits, axis, sizes=True)


@op("keras.ops.split")
def keras_split(x: Tensor, indices_or_sections: Param, axis: Param = 0) -> list[Tensor]:
    """A list says where to cut."""
    return _parts(x, indices_or_sections, axis, sizes=False)


def _parts(x: Tensor, cut: Expr, axis: Expr, sizes: bool) -> list[Tensor]:
    if not axis.known:
        raise Unsupported("the axis of a split is only known when the program runs")
    place = axis.value % x.rank if x.dims is not None else axis.value
    whole = x.dims[place - 1] if x.dims is not None and place > 0 else None
    if cut.known and isinstance(cut.value, int):
        lengths = [_divided(whole, cut.value)] * cut.value
        code = method(x.code, "chunk", cut, dim=dimension(x, axis))
    elif cut.items is not None and sizes:
        filled = _filled(cut.items, whole)
        lengths = list(filled)
        code = method(x.code, "split", list(filled), dim=dimension(x, axis))
    elif cut.items is not None:
        lengths = _between(cut.items, whole)
        code = method(x.code, "tensor_split", list(cut.items), dim=dimension(x, axis))
    else:
        raise Unsupported(f"how many parts there are is only known when the program runs: {cut}")
    names = [variable("part") for _ in lengths]
    statement = Bind(", ".join(map(str, names)), code)
    return [_part(x, after(statement, n), place, d) for n, d in zip(names, lengths, strict=True)]


def _part(x: Tensor, code: Expr, place: int, length: Dim) -> Tensor:
    if x.dims is None:
        return replace(x, code=code, channels_hint=length if place == -1 else None, mask=None)
    if place == 0:
        return replace(x, code=code, mask=None)
    dims = list(x.dims)
    dims[place - 1] = length
    return replace(x, code=code, dims=tuple(dims), mask=None)


def _divided(whole: Dim, count: int) -> Dim:
    return None if whole is None else infix(whole, "//", count)


def _filled(sizes: Sequence[Expr], whole: Dim) -> list[Expr]:
    """Sizes, the one that is -1 being what the others leave."""
    if not any(s.is_const(-1) for s in sizes):
        return list(sizes)
    others = total(tuple(s for s in sizes if not s.is_const(-1)))
    if whole is None or others is None:
        raise Unsupported("a part of -1 of an axis whose size is not known")
    return [infix(whole, "-", others) if s.is_const(-1) else s for s in sizes]


def _between(cuts: Sequence[Expr], whole: Dim) -> list[Dim]:
    """The lengths of the parts between cuts."""
    starts = [expr(0), *cuts]
    lengths: list[Dim] = [infix(b, "-", a) for a, b in zip(starts, cuts, strict=False)]
    return [*lengths, None if whole is None else infix(whole, "-", starts[-1])]


@op("tf.unstack", "keras.ops.unstack", aliases={"value": "x"})
def unstack(x: Tensor, num: Param = None, axis: Param = 0) -> list[Tensor]:
    """The number of tensors must be known."""
    if not axis.known:
        raise Unsupported("the axis of unstack is only known when the program runs")
    (place,) = places(x, axis)
    count = num
    if num.is_const(None):
        count = x.dim(place)
    if not count.known:
        raise Unsupported(f"how many tensors there are is only known at run time: {count}")
    x = reducible(x, axis, expr(False))
    code = method(x.code, "unbind", dim=torch_axes(x, axis))
    names = [variable("part") for _ in range(count.value)]
    target = ", ".join(map(str, names)) + ("," if len(names) == 1 else "")
    statement = Bind(target, code)
    return [without(x, axis, expr(False), after(statement, name)) for name in names]
