"""Layers that move and copy values, and compute nothing."""

from __future__ import annotations

from collections.abc import Sequence

from rules.axes import in_keras_order, spatial_dimensions
from rules.emitted import FUNCTIONAL, emitted
from rules.layers.windows import channels_last, per_axis, spatial, tidy
from transpiler.ir.expr import ADD, Arg, Expr, call, expr, index, joined, method, prefix, transposed
from transpiler.ir.sizes import combine
from transpiler.ir.tensor import (
    Dim,
    Layout,
    Tensor,
    UnknownRank,
    Unsupported,
    product,
    simplest,
    total,
)
from transpiler.record import replace
from transpiler.rule import Param, helper, layer

emitted(
    "each_side",
    '''
def each_side(amounts, axes):
    """Keras's amounts (one, one per axis, or two per axis) in the order of F.pad."""
    if isinstance(amounts, int):
        amounts = (amounts,) * axes
    elif axes == 1:
        amounts = (amounts,)
    pairs = [(n, n) if isinstance(n, int) else tuple(n) for n in amounts]
    return [n for pair in reversed(pairs) for n in pair]
''',
)

emitted(
    "last_size",
    '''
def last_size(shape, elements):
    """The last size of a shape with so many elements, of which one may be -1."""
    return shape[-1] if shape[-1] > 0 else -elements // math.prod(shape)
''',
    (),
    "import math",
)

emitted(
    "upsample",
    '''
def upsample(x, size, interpolation):
    """Enlarge images by Keras's names of interpolations."""
    if interpolation not in ("nearest", "bilinear"):
        raise ValueError(f"no interpolation {interpolation!r}")
    return F.interpolate(x, scale_factor=size, mode=interpolation)
''',
    (),
    FUNCTIONAL,
)


def _keras_ordered(x: Tensor, code: Expr, dims: tuple[Dim, ...] | None) -> Tensor:
    """A result in Keras's order, which carries no mask."""
    return Tensor(code, dims, dtype=x.dtype)


@layer("Flatten")
def flatten(x: Tensor, data_format: Param = None) -> Tensor:
    """In Keras's order, so that the weights of a Dense layer behind it fit."""
    if not data_format.known:
        raise Unsupported(f"data_format={data_format} is only known at run time")
    if data_format.is_const("channels_first"):
        x = _channels_last(x)
    if x.dims is not None and len(x.dims) == 1:
        return replace(x, mask=None)
    if x.dims == ():
        return _keras_ordered(x, method(x.code, "unsqueeze", 1), (expr(1),))
    code = x.code if _any_order(x) else in_keras_order(x)
    return _keras_ordered(x, method(code, "flatten", 1), (x.elements,))


def _last_size(x: Tensor, shape: Expr) -> Expr:
    """The last size of a shape that is only known at run time, which may be -1."""
    size = None if x.dims is None else product(x.dims)
    return index(shape, -1) if size is None else helper("last_size", shape, size)


def _channels_last(x: Tensor) -> Tensor:
    """What Keras takes for channels first, with its second axis as the last."""
    if x.dims is None:
        raise UnknownRank("the number of dimensions is not known here")
    if len(x.dims) < 2:
        return x
    moved = method(in_keras_order(x), "movedim", 1, -1)
    return _keras_ordered(x, moved, (*x.dims[1:], x.dims[0]))


def _any_order(x: Tensor) -> bool:
    """Whether flattening gives the same wherever the channels are."""
    if x.dims is None:
        return False
    one = [d is not None and d.is_const(1) for d in x.dims]
    return all(one[:-1]) or one[-1]


@layer("Reshape")
def reshape(x: Tensor, target_shape: Param) -> Tensor:
    """In Keras's order; the batch axis is not part of the shape."""
    code, shape = in_keras_order(x), target_shape.items
    if shape is None:
        flat = code if x.dims is not None and len(x.dims) == 1 else method(code, "flatten", 1)
        result = _keras_ordered(x, method(flat, "unflatten", 1, target_shape), None)
        return replace(result, channels_hint=_last_size(x, target_shape))
    if any(size.is_const(None) for size in shape):
        raise Unsupported(f"target_shape={target_shape}")
    rest = [i for i, size in enumerate(shape) if size.is_const(-1)]
    if _is_one_pixel(x, shape):
        return replace(_one_pixel(x, shape), mask=None)
    if not rest:
        return _keras_ordered(x, method(code, "reshape", -1, *shape), shape)
    found = _remaining(x, [size for size in shape if not size.is_const(-1)])
    dims = tuple(found if i in rest else size for i, size in enumerate(shape))
    if found is not None and found.known:
        return _keras_ordered(x, method(code, "reshape", -1, *(d for d in dims if d)), dims)
    if len(shape) == 1:
        return _keras_ordered(x, method(code, "flatten", 1), dims)
    flat = code if x.dims is not None and len(x.dims) == 1 else method(code, "flatten", 1)
    return _keras_ordered(x, method(flat, "unflatten", 1, shape), dims)


def _is_one_pixel(x: Tensor, shape: Sequence[Expr]) -> bool:
    """Whether features become an image of one pixel: `(1, 1, filters)`."""
    ones = all(size.is_const(1) for size in shape[:-1])
    return ones and len(shape) == 3 and x.dims is not None and len(x.dims) == 1


def _one_pixel(x: Tensor, shape: Sequence[Expr]) -> Tensor:
    """New axes on that side of the channels where what follows wants them."""
    behind = (Expr(":"), Expr(":"), None, None)
    code = index(x.code, *(behind if x.layout is Layout.FIRST else (Expr(":"), None, None)))
    channels = simplest((x.dims[-1] if x.dims else None, *(s for s in shape[-1:] if s.value != -1)))
    return Tensor(code, (expr(1), expr(1), channels), x.layout, x.dtype)


def _remaining(x: Tensor, others: Sequence[Expr]) -> Dim:
    """The size that -1 stands for."""
    all_, given = None if x.dims is None else product(x.dims), product(tuple(others))
    if all_ is None or given is None:
        return None
    return combine(all_, "//", given)


@layer("Permute")
def permute(x: Tensor, dims: Param) -> Tensor:
    """Keras counts axes from 1, without the batch; the same in torch's numbers."""
    if not dims.known:
        raise Unsupported("the order of axes is only known at run time")
    order = [int(d) for d in dims.value]
    if x.dims is None:
        raise UnknownRank("the number of dimensions is not known here")
    torch_order = [x.axis(d) % x.rank for d in order]
    shape = tuple(x.dims[d - 1] for d in order)
    if torch_order == list(range(1, x.rank)):
        return _keras_ordered(x, x.code, shape)
    if torch_order == [2, 1]:
        return _keras_ordered(x, transposed(x.code), shape)
    return _keras_ordered(x, method(x.code, "permute", 0, *torch_order), shape)


@layer("RepeatVector", layout=Layout.LAST)
def repeat_vector(x: Tensor, n: Param) -> Tensor:
    """Along a new axis, as often as torch's `repeat` says."""
    if x.dims is not None and len(x.dims) != 1:
        raise Unsupported(f"RepeatVector of a tensor of rank {x.rank}")
    size = x.channels_hint if x.dims is None else x.dims[0]
    return _keras_ordered(x, method(method(x.code, "unsqueeze", 1), "repeat", 1, n, 1), (n, size))


def _pairs(given: Expr, count: int) -> tuple[tuple[Expr, Expr], ...] | None:
    """`1`, `(1, 2)` or `((1, 1), (2, 2))` as amounts before and after each axis."""
    if given.items is None:
        if given.known and not isinstance(given.value, (tuple, list)):
            return ((given, given),) * count
        return None
    if count == 1:
        return ((given.items[0], given.items[-1]),)
    if any(axis.items is None and not axis.known for axis in given.items):
        return None  # each may be a number or a pair
    return tuple(
        (axis.items[0], axis.items[1]) if axis.items else (axis, axis) for axis in given.items
    )


def _padded(code: Expr, x: Tensor, amounts: Sequence[tuple[Arg, Arg]]) -> Expr:
    """`F.pad` takes the last axis first: in Keras's order these are the channels."""
    flat: list[Arg] = [] if x.layout is Layout.FIRST else [0, 0]
    for before, after in reversed(amounts):
        flat += [before, after]
    return call("F.pad", code, tuple(flat))


def _zero_padding(x: Tensor, count: int, padding: Expr, data_format: Expr) -> Tensor:
    channels_last(data_format)
    amounts, space = _pairs(padding, count), spatial(x, count)
    if amounts is None:
        if x.layout is not Layout.FIRST:
            raise Unsupported("the amounts are only known at run time")
        sides = helper("each_side", padding, count)
        return _resized(x, call("F.pad", x.code, sides), (None,) * count)
    shape = [total((n, before, after)) for n, (before, after) in zip(space, amounts, strict=True)]
    return _resized(x, _padded(x.code, x, amounts), shape)


def _resized(x: Tensor, code: Expr, shape: Sequence[Dim]) -> Tensor:
    """A result with other spatial sizes, which carries no mask."""
    dims = None if x.dims is None else (*shape, x.dims[-1])
    return replace(x.to(code, dims), mask=None)


@layer("ZeroPadding1D", layout=Layout.FIRST)
def zero_padding1d(x: Tensor, padding: Param = 1, data_format: Param = None) -> Tensor:
    """Torch takes the last axis first."""
    return _zero_padding(x, 1, padding, data_format)


@layer("ZeroPadding2D", layout=Layout.FIRST)
def zero_padding2d(x: Tensor, padding: Param = (1, 1), data_format: Param = None) -> Tensor:
    """Torch takes the last axis first."""
    return _zero_padding(x, 2, padding, data_format)


@layer("ZeroPadding3D", layout=Layout.FIRST)
def zero_padding3d(
    x: Tensor, padding: Param = ((1, 1), (1, 1), (1, 1)), data_format: Param = None
) -> Tensor:
    """Torch takes the last axis first."""
    return _zero_padding(x, 3, padding, data_format)


def _cropping(x: Tensor, count: int, cropping: Expr, data_format: Expr) -> Tensor:
    channels_last(data_format)
    amounts, space = _pairs(cropping, count), spatial(x, count)
    if amounts is None:
        if x.layout is not Layout.FIRST:
            raise Unsupported("the amounts are only known at run time")
        sides = helper("each_side", cropping, count)
        negative = joined(f"[-n for n in {sides}]", ADD, sides)
        return _resized(x, call("F.pad", x.code, negative), (None,) * count)
    shape = [
        None if n is None else combine(n, "-", combine(before, "+", after))
        for n, (before, after) in zip(space, amounts, strict=True)
    ]
    return _resized(x, _cropped(x, amounts), shape)


def _cropped(x: Tensor, amounts: Sequence[tuple[Expr, Expr]]) -> Expr:
    """Slices where the amounts are numbers: `-0` would be the start, not the end."""
    if not all(after.known for _, after in amounts):
        negative = [(prefix("-", a), prefix("-", b)) for a, b in amounts]
        return _padded(x.code, x, negative)
    slices = [_slice(before, after) for before, after in amounts]
    first = spatial_dimensions(x, len(amounts))[0]
    while slices and slices[-1].text == ":":
        slices.pop()
    return index(x.code, *(Expr(":"),) * first, *slices) if slices else x.code


def _slice(before: Expr, after: Expr) -> Expr:
    start = "" if before.is_const(0) else before.text
    end = "" if after.is_const(0) else f"-{after.value}"
    return joined(f"{start}:{end}", ADD, before)


@layer("Cropping1D")
def cropping1d(x: Tensor, cropping: Param = (1, 1)) -> Tensor:
    """A slice."""
    return _cropping(x, 1, cropping, expr(None))


@layer("Cropping2D", layout=Layout.FIRST)
def cropping2d(x: Tensor, cropping: Param = ((0, 0), (0, 0)), data_format: Param = None) -> Tensor:
    """A slice."""
    return _cropping(x, 2, cropping, data_format)


@layer("Cropping3D", layout=Layout.FIRST)
def cropping3d(
    x: Tensor, cropping: Param = ((1, 1), (1, 1), (1, 1)), data_format: Param = None
) -> Tensor:
    """A slice."""
    return _cropping(x, 3, cropping, data_format)


def _up_sampling(x: Tensor, count: int, size: Expr, code: Expr) -> Tensor:
    shape = [
        None if n is None or s is None else combine(n, "*", s)
        for n, s in zip(spatial(x, count), per_axis(size, count), strict=True)
    ]
    return _resized(x, code, shape)


@layer("UpSampling1D", aliases={"length": "size"})
def up_sampling1d(x: Tensor, size: Param = 2) -> Tensor:
    """Repeats each step."""
    (dim,) = spatial_dimensions(x, 1)
    return _up_sampling(x, 1, size, method(x.code, "repeat_interleave", size, dim=dim))


@layer("UpSampling2D", layout=Layout.FIRST)
def up_sampling2d(
    x: Tensor, size: Param = (2, 2), data_format: Param = None, interpolation: Param = "nearest"
) -> Tensor:
    """Bicubic interpolation has another kernel in torch, and is refused."""
    channels_last(data_format)
    scale = tidy(size)
    if not interpolation.known:
        return _up_sampling(x, 2, size, helper("upsample", x.code, scale, interpolation))
    if not interpolation.is_const("nearest", "bilinear"):
        raise Unsupported(f"interpolation={interpolation}")
    mode = {} if interpolation.is_const("nearest") else {"mode": interpolation}
    return _up_sampling(x, 2, size, call("F.interpolate", x.code, scale_factor=scale, **mode))


@layer("UpSampling3D", layout=Layout.FIRST)
def up_sampling3d(x: Tensor, size: Param = (2, 2, 2), data_format: Param = None) -> Tensor:
    """The same."""
    channels_last(data_format)
    return _up_sampling(x, 3, size, call("F.interpolate", x.code, scale_factor=tidy(size)))
