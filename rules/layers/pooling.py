"""Pooling."""

from __future__ import annotations

from dataclasses import replace

from rules.axes import spatial_dimensions
from rules.emitted import FUNCTIONAL, emitted
from rules.layers.windows import (
    both_sides,
    channels_last,
    padded,
    padding_mode,
    same_padding,
    spatial,
    tidy,
    window_sizes,
)
from transpiler.ir.expr import Arg, Expr, call, expr, method
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.rule import Param, helper, layer, sizes

LOWEST = expr(float("-inf"))

emitted(
    "max_pool",
    '''
def max_pool(x, pool_size, strides=None, padding="valid"):
    """Max pooling with Keras's paddings."""
    strides = strides or pool_size
    if padding.lower() == "same":
        x = pad_same(x, pool_size, strides, value=float("-inf"))
    pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[x.dim() - 3]
    return pool(x, pool_size, strides)
''',
    ("pad_same",),
    FUNCTIONAL,
)

emitted(
    "avg_pool",
    '''
def avg_pool(x, pool_size, strides=None, padding="valid"):
    """Average pooling with Keras's paddings; what is padded does not count."""
    strides = strides or pool_size
    pool = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[x.dim() - 3]
    if padding.lower() != "same":
        return pool(x, pool_size, strides)
    inside = pad_same(torch.ones_like(x[:1, :1]), pool_size, strides)
    padded = pad_same(x, pool_size, strides)
    return pool(padded, pool_size, strides) / pool(inside, pool_size, strides)
''',
    ("pad_same",),
    "import torch",
    FUNCTIONAL,
)


def _strides(pool_size: Expr, strides: Expr) -> Expr:
    return pool_size if strides.is_const(None) else strides


def _max_pool(
    x: Tensor, count: int, pool_size: Expr, strides: Expr, padding: Expr, data_format: Expr
) -> Tensor:
    channels_last(data_format)
    stride = _strides(pool_size, strides)
    window = tidy(pool_size)
    step = () if tidy(stride).text == window.text else (tidy(stride),)
    mode = padding_mode(padding)
    amounts = same_padding(x, pool_size, stride, 1, count) if mode == "same" else None
    if mode == "valid":
        code = call(f"F.max_pool{count}d", x.code, window, *step)
    elif amounts is None:
        code = _general("max_pool", x, window, step, padding)
    else:
        code = _padded_max_pool(x, count, window, step, amounts)
    return _pooled(x, code, pool_size, stride, padding, count)


def _padded_max_pool(
    x: Tensor,
    count: int,
    window: Expr,
    step: tuple[Expr, ...],
    amounts: tuple[tuple[int, int], ...],
) -> Expr:
    """Torch pads at most half a window, and both sides alike."""
    name = f"F.max_pool{count}d"
    pad = both_sides(amounts)
    known = sizes(window, count)
    assert known is not None
    if pad is None or any(2 * p > k for (p, _), k in zip(amounts, known, strict=True)):
        return call(name, padded(x.code, amounts, value=LOWEST), window, *step)
    if expr(pad).is_const(0):
        return call(name, x.code, window, *step)
    return call(name, x.code, window, *step, padding=pad)


def _general(name: str, x: Tensor, window: Expr, step: tuple[Expr, ...], padding: Expr) -> Expr:
    """The emitted function that finds the padding when it runs."""
    mode = expr("same") if padding.known else padding
    return helper(name, x.code, window, *step, padding=mode)


def _pooled(
    x: Tensor, code: Expr, pool_size: Expr, stride: Expr, padding: Expr, count: int
) -> Tensor:
    shape = window_sizes(x, pool_size, stride, 1, padding, count)
    dims = None if shape is None or x.dims is None else (*shape, x.dims[-1])
    return replace(x.to(code, dims), mask=None)


@layer("MaxPooling2D", "MaxPool2D", layout=Layout.FIRST, aliases={"border_mode": "padding"})
def max_pooling2d(
    x: Tensor,
    pool_size: Param = (2, 2),
    strides: Param = None,
    padding: Param = "valid",
    data_format: Param = None,
) -> Tensor:
    """Torch cannot pad one side more than the other, as "same" does."""
    return _max_pool(x, 2, pool_size, strides, padding, data_format)


def _global(x: Tensor, name: str, count: int, data_format: Expr, keepdims: Expr) -> Tensor:
    channels_last(data_format)
    spatial(x, count)
    axes = tuple(spatial_dimensions(x, count))
    return _reduced(x, name, axes[0] if count == 1 else axes, count, keepdims)


def _reduced(x: Tensor, name: str, axes: Arg, count: int, keepdims: Expr) -> Tensor:
    """`x.mean((2, 3))`: what is left are the channels."""
    channels = x.dims[-1] if x.dims is not None else x.channels_hint
    if not keepdims.known:
        raise Unsupported("the rank of the result depends on keepdims")
    if keepdims.value:
        kept = method(x.code, name, axes, keepdim=True)
        return replace(x.to(kept, (*(expr(1),) * count, channels)), mask=None)
    result = x.to(method(x.code, name, axes), (channels,))
    return replace(result, layout=Layout.LAST, mask=None)


@layer("GlobalAveragePooling2D", "GlobalAvgPool2D", layout=Layout.ANY)
def global_average_pooling2d(
    x: Tensor, data_format: Param = None, keepdims: Param = False
) -> Tensor:
    """A mean over height and width."""
    return _global(x, "mean", 2, data_format, keepdims)
