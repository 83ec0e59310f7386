"""Functions that move, and repeat values: reshape, transpose, tile, pad."""

from __future__ import annotations

from typing import Any

from rules.axes import dimension
from rules.ops.naming import OLD, ONE, keras
from rules.ops.operators import in_order
from rules.ops.reductions import reducible, torch_axes, without
from transpiler.ir.expr import (
    POSTFIX,
    Arg,
    Expr,
    attribute,
    call,
    expr,
    index,
    infix,
    method,
    transposed,
)
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported, product, total
from transpiler.record import replace
from transpiler.rule import Param, op

AXES = {**ONE, **OLD}


@op("tf.shape", *keras("shape"), aliases=ONE)
def shape(x: Tensor, out_type: Param = None) -> Expr:
    """A tuple in Keras's order: numbers where they are known, else what `forward` sees."""
    return sizes_of(x)


@op("keras.backend.int_shape")
def int_shape(x: Tensor) -> Expr:
    """As `shape`, the batch size being None."""
    sizes = sizes_of(x)
    if sizes.items is None:
        raise Unsupported("the shape of a tensor whose rank is not known")
    return expr((None, *sizes.items[1:]))


def sizes_of(x: Tensor) -> Expr:
    """The shape of a tensor with its batch size; its text is `x.shape` where that is the same."""
    whole = attribute(x.code, "shape")
    if x.dims is None:
        if x.layout is Layout.FIRST:
            raise Unsupported("the shape of a tensor whose rank is not known")
        return whole
    items = [index(whole, 0)]
    for axis, size in enumerate(x.dims, 1):
        items.append(size if size is not None else index(whole, x.axis(axis)))
    display = expr(tuple(items))
    if x.layout is Layout.FIRST and x.rank > 2:
        return display
    return replace(display, text=whole.text, strength=POSTFIX)


@op("tf.rank", "keras.backend.ndim", "keras.ops.ndim", aliases=ONE)
def rank(x: Tensor) -> Expr:
    """A number, where it is known."""
    return method(x.code, "dim") if x.dims is None else expr(x.rank)


@op("keras.backend.dtype", aliases=ONE)
def dtype(x: Tensor) -> Expr:
    """Its name, as Keras has it."""
    return expr(x.dtype)


@op("tf.size", "keras.ops.size", aliases=ONE)
def size(x: Tensor, out_type: Param = None) -> Expr:
    """The same."""
    return method(x.code, "numel")


@op("tf.reshape", *keras("reshape"), layout=Layout.LAST, aliases={**ONE, "newshape": "shape"})
def reshape(x: Tensor, shape: Param) -> Tensor:
    """In Keras's order of axes."""
    x = in_order(x)
    if shape.items is None:
        if shape.is_const(-1):
            return replace(
                x, code=method(x.code, "flatten"), dims=(), channels_hint=None, mask=None
            )
        code = method(x.code, "reshape", shape)
        return replace(x, code=code, dims=None, channels_hint=None, mask=None)
    sizes = shape.items
    code = method(x.code, "reshape", *sizes)
    dims = tuple(None if d.is_const(-1) else d for d in sizes[1:])
    if None in dims and _is_batch(sizes[0], x):
        dims = tuple(_rest(x, dims) if d is None else d for d in dims)
    return replace(x, code=code, dims=dims, channels_hint=None, mask=None)


def _is_batch(size: Expr, x: Tensor) -> bool:
    """Whether a size is the number of samples in `x`."""
    return size.text == index(attribute(x.code, "shape"), 0).text


def _rest(x: Tensor, dims: tuple[Dim, ...]) -> Dim:
    """What is left for the one axis that is to take the rest."""
    whole = None if x.dims is None else product(x.dims)
    others = product(tuple(d for d in dims if d is not None))
    if whole is None or others is None:
        return None
    if whole.known and others.known:
        return expr(whole.value // others.value)
    return infix(whole, "//", others)


@op("keras.backend.flatten", "keras.ops.ravel", layout=Layout.LAST)
def flatten(x: Tensor) -> Tensor:
    """The batch too."""
    x = in_order(x)
    code = method(x.code, "flatten")
    return replace(x, code=code, dims=(), channels_hint=None, mask=None)


@op("keras.backend.batch_flatten", layout=Layout.LAST)
def batch_flatten(x: Tensor) -> Tensor:
    """The same."""
    x = in_order(x)
    whole = None if x.dims is None else product(x.dims)
    return replace(x, code=method(x.code, "flatten", 1), dims=(whole,), mask=None)


@op("tf.transpose", "keras.ops.transpose", "keras.backend.permute_dimensions",
    "keras.backend.transpose", layout=Layout.LAST,
    aliases={**ONE, "perm": "axes", "pattern": "axes"})  # fmt: skip
def transpose(x: Tensor, axes: Param = None) -> Tensor:
    """Without an order, all axes are reversed."""
    x = in_order(x)
    if axes.is_const(None):
        axes = expr(tuple(reversed(range(x.rank))))
    if axes.items is None or not axes.known:
        code = method(x.code, "permute", axes)
        return replace(x, code=code, dims=None, channels_hint=None, mask=None)
    order = [a % len(axes.value) for a in axes.value]
    code = method(x.code, "permute", *order)
    if order == [0, 2, 1]:
        code = transposed(x.code)
    if order == [1, 0]:
        code = method(x.code, "t")
    sizes: tuple[Dim, ...] = (None, *(x.dims or ()))
    dims = None if x.dims is None else tuple(sizes[a] for a in order[1:])
    return replace(x, code=code, dims=dims, channels_hint=None, mask=None)


@op("tf.expand_dims", *keras("expand_dims"), layout=Layout.LAST, aliases=AXES)
def expand_dims(x: Tensor, axis: Param = -1) -> Tensor:
    """The same."""
    x = in_order(x)
    result = replace(x, code=method(x.code, "unsqueeze", axis), channels_hint=None, mask=None)
    if x.dims is None or not axis.known or not isinstance(axis.value, int):
        return replace(result, dims=None)
    sizes: list[Dim] = [None, *x.dims]
    place = axis.value if axis.value >= 0 else axis.value + len(sizes) + 1
    sizes.insert(place, expr(1))
    return replace(result, dims=tuple(sizes[1:]))


@op("tf.squeeze", *keras("squeeze"), aliases=AXES)
def squeeze(x: Tensor, axis: Param = None) -> Tensor:
    """Torch leaves an axis of another size than 1 as it is, Keras refuses it."""
    if axis.is_const(None):
        return _squeeze_all(in_order(x))
    x = reducible(x, axis, expr(False))
    code = method(x.code, "squeeze", torch_axes(x, axis))
    return without(x, axis, expr(False), code)


def _squeeze_all(x: Tensor) -> Tensor:
    known = x.dims is not None and all(d is not None and d.known for d in x.dims)
    code = method(x.code, "squeeze")
    if not known or x.dims is None:
        return replace(x, code=code, dims=None, channels_hint=None, mask=None)
    dims = tuple(d for d in x.dims if d is not None and not d.is_const(1))
    return replace(x, code=code, dims=dims, mask=None)


@op(
    "tf.tile",
    *keras("tile"),
    layout=Layout.LAST,
    aliases={**ONE, "n": "repeats", "multiples": "repeats"},
)
def tile(x: Tensor, repeats: Param) -> Tensor:
    """The same."""
    x = in_order(x)
    if repeats.items is None:
        code = method(x.code, "tile", repeats)
        return replace(x, code=code, dims=None, channels_hint=None, mask=None)
    code = method(x.code, "tile", *repeats.items)
    result = replace(x, code=code, channels_hint=None, mask=None)
    if x.dims is None or len(repeats.items) != x.rank:
        return replace(result, dims=None)
    dims = tuple(
        None if d is None else infix(d, "*", n)
        for d, n in zip(x.dims, repeats.items[1:], strict=True)
    )
    return replace(result, dims=dims)


@op("tf.repeat", "keras.ops.repeat", aliases=AXES)
def repeat(x: Tensor, repeats: Param, axis: Param = None) -> Tensor:
    """Torch's repeat is a tile."""
    if axis.is_const(None):
        x = in_order(x)
        return replace(x, code=method(x.code, "repeat_interleave", repeats), dims=())
    code = method(x.code, "repeat_interleave", repeats, dim=dimension(x, axis))
    result = replace(x, code=code, channels_hint=None, mask=None)
    if x.dims is None or not axis.known:
        return replace(result, dims=None)
    place = axis.value % x.rank
    number = not repeats.known or isinstance(repeats.value, int)
    dims: list[Dim] = list(x.dims)
    if place:
        old = dims[place - 1]
        dims[place - 1] = infix(old, "*", repeats) if old is not None and number else None
    return replace(result, dims=tuple(dims))


@op("keras.backend.repeat_elements")
def repeat_elements(x: Tensor, rep: Param, axis: Param) -> Tensor:
    """As `tf.repeat`."""
    result = repeat(x, rep, axis)
    assert isinstance(result, Tensor)
    return result


@op("keras.backend.repeat")
def repeat_vector(x: Tensor, n: Param) -> Tensor:
    """A new axis of steps."""
    code = method(method(x.code, "unsqueeze", 1), "expand", -1, n, -1)
    return replace(x, code=code, dims=(n, x.channels), mask=None)


@op("tf.broadcast_to", "keras.ops.broadcast_to", layout=Layout.LAST, aliases=ONE)
def broadcast_to(x: Tensor, shape: Param) -> Tensor:
    """The same."""
    x = in_order(x)
    sizes = shape.items
    code = method(x.code, "expand", *(sizes or (shape,)))
    dims = None if sizes is None else tuple(sizes[1:])
    return replace(x, code=code, dims=dims, channels_hint=None, mask=None)


@op("tf.reverse", "keras.ops.flip", "keras.backend.reverse", aliases={**AXES, "axes": "axis"})
def reverse(x: Tensor, axis: Param = None) -> Tensor:
    """The same."""
    if axis.is_const(None):
        axis = expr(tuple(range(x.rank)))
    if not axis.known:
        x = in_order(x)
    axes = torch_axes(x, axis)
    dims = axes if isinstance(axes, tuple) else (axes,)
    return replace(x, code=method(x.code, "flip", *dims), mask=None)


@op("tf.roll", "keras.ops.roll", aliases=AXES)
def roll(x: Tensor, shift: Param, axis: Param = None) -> Tensor:
    """The same."""
    if axis.is_const(None):
        return replace(in_order(x), code=method(in_order(x).code, "roll", shift), mask=None)
    axes: Any = axis.value if axis.known else None
    if isinstance(axes, (list, tuple)):
        dims: Arg = tuple(x.axis(a) for a in axes)
    else:
        dims = dimension(x, axis)
    return replace(x, code=method(x.code, "roll", shift, dims=dims), mask=None)


@op("tf.pad", "keras.ops.pad", aliases={**ONE, "paddings": "pad_width"})
def pad(
    x: Tensor, pad_width: Param, mode: Param = "constant", constant_values: Param = 0
) -> Tensor:
    """Torch takes the last axis first."""
    amounts = _amounts(x, pad_width)
    kind = str(mode.value).lower() if mode.known else ""
    if kind == "reflect":
        x = _first(x)
    elif kind != "constant":
        raise Unsupported(f"padding of the kind {mode}")
    flat: list[Expr] = []
    for axis in sorted(range(x.rank), key=lambda a: -(x.axis(a) % x.rank)):
        flat += amounts[axis]
    while len(flat) > 2 and all(a.is_const(0) for a in flat[-2:]):
        del flat[-2:]
    if kind == "reflect" and len(flat) > 2 * (x.rank - 2):
        raise Unsupported("reflecting more than the axes between batch and channels")
    fill: dict[str, Arg] = {"mode": "reflect"} if kind == "reflect" else {}
    if not fill and not constant_values.is_const(0, 0.0, None):
        fill = {"value": constant_values}
    assert x.dims is not None
    dims = tuple(total((d, *amounts[n])) for n, d in enumerate(x.dims, 1))
    return replace(x, code=call("F.pad", x.code, tuple(flat), **fill), dims=dims, mask=None)


def _amounts(x: Tensor, given: Expr) -> list[tuple[Expr, Expr]]:
    """The amounts before and after each axis."""
    if given.items is None or len(given.items) != x.rank:
        raise Unsupported(f"the amounts {given} are only known at run time")
    pairs = [pair.items or () for pair in given.items]
    if any(len(pair) != 2 for pair in pairs):
        raise Unsupported(f"the amounts {given} are only known at run time")
    return [(pair[0], pair[1]) for pair in pairs]


def _first(x: Tensor) -> Tensor:
    """The tensor with its channels where torch's convolutions want them."""
    if x.layout is Layout.FIRST or x.rank < 3:
        return x
    code = method(x.code, "permute", 0, x.rank - 1, *range(1, x.rank - 1))
    return replace(x, code=code, layout=Layout.FIRST)
