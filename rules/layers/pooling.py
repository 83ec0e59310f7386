"""Pooling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rules.axes import in_keras_order, spatial_dimensions
from rules.emitted import FUNCTIONAL, TORCH, emitted
from rules.layers.windows import (
    ONE,
    Amounts,
    Window,
    both_sides,
    channels_last,
    padded,
    per_axis,
    spatial,
    tidy,
)
from transpiler.ir.expr import Arg, Expr, call, expr, method
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported
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
    """Average pooling with Keras's paddings, which don't count."""
    strides = strides or pool_size
    pool = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[x.dim() - 3]
    if padding.lower() != "same":
        return pool(x, pool_size, strides)
    inside = pad_same(torch.ones_like(x[:1, :1]), pool_size, strides)
    share = pool(inside, pool_size, strides)
    return pool(pad_same(x, pool_size, strides), pool_size, strides) / share
''',
    ("pad_same",),
    TORCH,
    FUNCTIONAL,
)

emitted(
    "masked_mean",
    '''
def masked_mean(x, mask, keepdim=False):
    """The mean of the steps that the mask keeps."""
    mask = mask.to(x.dtype).unsqueeze(-1)
    return (x * mask).sum(1, keepdim) / mask.sum(1, keepdim)
''',
)


def _window(count: int, pool_size: Expr, strides: Expr, padding: Expr, data_format: Expr) -> Window:
    channels_last(data_format)
    return Window(count, pool_size, pool_size if strides.is_const(None) else strides, padding)


def _arguments(window: Window) -> tuple[Expr, ...]:
    """Torch's window and stride, the latter where it is another one."""
    size, stride = tidy(window.kernel), tidy(window.strides)
    return (size,) if size.text == stride.text else (size, stride)


def _far_side_only(window: Window, amounts: Amounts | None) -> bool:
    """Whether `ceil_mode` does what "same" does: nothing before an axis, then one cell at most.

    A window of two pads one cell at most, whatever the size of the input.
    """
    size, stride = sizes(window.kernel, window.count), sizes(window.strides, window.count)
    if size is None or stride is None or min(stride) < 2:
        return False
    if amounts is not None:
        return all(before == 0 for before, _ in amounts)
    return max(size) <= 2


def _max_pool(x: Tensor, window: Window) -> Tensor:
    spatial(x, window.count)
    return window.result(x, _max_pool_code(x, window), _channels(x))


def _max_pool_code(x: Tensor, window: Window) -> Expr:
    name, args = f"F.max_pool{window.count}d", _arguments(window)
    if window.mode == "valid":
        return call(name, x.code, *args)
    if window.mode is None:
        return helper("max_pool", x.code, *args, padding=window.padding)
    amounts = window.same_amounts(x)
    both = None if amounts is None else both_sides(amounts)
    if both is not None and expr(both).is_const(0):
        return call(name, x.code, *args)
    if _far_side_only(window, amounts):
        return call(name, x.code, *args, ceil_mode=True)
    if amounts is None:
        return helper("max_pool", x.code, *args, padding="same")
    if both is not None and _torch_allows(window, amounts):
        return call(name, x.code, *args, padding=both)
    return call(name, padded(x.code, amounts, value=LOWEST), *args)


def _torch_allows(window: Window, amounts: Amounts) -> bool:
    """Torch pads half a window at most."""
    size = sizes(window.kernel, window.count) or ()
    return all(2 * before <= k for (before, _), k in zip(amounts, size, strict=True))


def _avg_pool(x: Tensor, window: Window) -> Tensor:
    spatial(x, window.count)
    return window.result(x, _avg_pool_code(x, window), _channels(x))


def _avg_pool_code(x: Tensor, window: Window) -> Expr:
    name, args = f"F.avg_pool{window.count}d", _arguments(window)
    if window.mode == "valid":
        return call(name, x.code, *args)
    if window.mode is None:
        return helper("avg_pool", x.code, *args, padding=window.padding)
    amounts = window.same_amounts(x)
    both = None if amounts is None else both_sides(amounts)
    if both is not None and expr(both).is_const(0):
        return call(name, x.code, *args)
    if _far_side_only(window, amounts):
        return call(name, x.code, *args, ceil_mode=True)
    if amounts is not None and both is not None and _torch_allows(window, amounts):
        return call(name, x.code, *args, padding=both, count_include_pad=False)
    return helper("avg_pool", x.code, *args, padding="same")


def _channels(x: Tensor) -> Dim:
    return x.channels_hint if x.dims is None else x.dims[-1]


@layer(
    "MaxPooling1D",
    "MaxPool1D",
    layout=Layout.FIRST,
    aliases={"pool_length": "pool_size", "stride": "strides"},
)
def max_pooling1d(
    x: Tensor,
    pool_size: Param = 2,
    strides: Param = None,
    padding: Param = "valid",
    data_format: Param = None,
) -> Tensor:
    """The padding of "same" never wins; torch pads both sides alike."""
    return _max_pool(x, _window(1, pool_size, strides, padding, data_format))


@layer("MaxPooling2D", "MaxPool2D", layout=Layout.FIRST)
def max_pooling2d(
    x: Tensor,
    pool_size: Param = (2, 2),
    strides: Param = None,
    padding: Param = "valid",
    data_format: Param = None,
) -> Tensor:
    """The padding of "same" never wins; torch pads both sides alike."""
    return _max_pool(x, _window(2, pool_size, strides, padding, data_format))


@layer("MaxPooling3D", "MaxPool3D", layout=Layout.FIRST)
def max_pooling3d(
    x: Tensor,
    pool_size: Param = (2, 2, 2),
    strides: Param = None,
    padding: Param = "valid",
    data_format: Param = None,
) -> Tensor:
    """The padding of "same" never wins; torch pads both sides alike."""
    return _max_pool(x, _window(3, pool_size, strides, padding, data_format))


@layer(
    "AveragePooling1D",
    "AvgPool1D",
    layout=Layout.FIRST,
    aliases={"pool_length": "pool_size", "stride": "strides"},
)
def average_pooling1d(
    x: Tensor,
    pool_size: Param,
    strides: Param = None,
    padding: Param = "valid",
    data_format: Param = None,
) -> Tensor:
    """The padding of "same" does not count."""
    return _avg_pool(x, _window(1, pool_size, strides, padding, data_format))


@layer("AveragePooling2D", "AvgPool2D", layout=Layout.FIRST)
def average_pooling2d(
    x: Tensor,
    pool_size: Param,
    strides: Param = None,
    padding: Param = "valid",
    data_format: Param = None,
) -> Tensor:
    """The padding of "same" does not count."""
    return _avg_pool(x, _window(2, pool_size, strides, padding, data_format))


@layer("AveragePooling3D", "AvgPool3D", layout=Layout.FIRST)
def average_pooling3d(
    x: Tensor,
    pool_size: Param,
    strides: Param = None,
    padding: Param = "valid",
    data_format: Param = None,
) -> Tensor:
    """The padding of "same" does not count."""
    return _avg_pool(x, _window(3, pool_size, strides, padding, data_format))


def _global(x: Tensor, reduce: str, count: int, data_format: Expr, keepdims: Expr) -> Tensor:
    """`x.mean((2, 3))`: what is left are the channels."""
    channels_last(data_format)
    spatial(x, count)
    dims: Sequence[int] = spatial_dimensions(x, count)
    axes: Arg = dims[0] if count == 1 else tuple(dims)
    if _kept(keepdims):
        shape = (*(ONE,) * count, _channels(x))
        return replace(x.to(method(x.code, reduce, axes, keepdim=True), shape), mask=None)
    return _flat(x, method(x.code, reduce, axes))


def _kept(keepdims: Expr) -> bool:
    if not keepdims.known:
        raise Unsupported("the rank of the result depends on keepdims")
    return bool(keepdims.value)


def _flat(x: Tensor, code: Expr) -> Tensor:
    return replace(x.to(code, (_channels(x),)), layout=Layout.LAST, mask=None)


@layer("GlobalAveragePooling1D", "GlobalAvgPool1D")
def global_average_pooling1d(
    x: Tensor, data_format: Param = None, keepdims: Param = False
) -> Tensor:
    """A mean over the steps, of those that are not masked."""
    if x.mask is None:
        return _global(x, "mean", 1, data_format, keepdims)
    channels_last(data_format)
    code = in_keras_order(x)
    if _kept(keepdims):
        result = helper("masked_mean", code, x.mask, keepdim=True)
        return Tensor(result, (ONE, _channels(x)), dtype=x.dtype)
    return _flat(x, helper("masked_mean", code, x.mask))


@layer("GlobalAveragePooling2D", "GlobalAvgPool2D")
def global_average_pooling2d(
    x: Tensor, data_format: Param = None, keepdims: Param = False
) -> Tensor:
    """A mean over height and width."""
    return _global(x, "mean", 2, data_format, keepdims)


@layer("GlobalAveragePooling3D", "GlobalAvgPool3D")
def global_average_pooling3d(
    x: Tensor, data_format: Param = None, keepdims: Param = False
) -> Tensor:
    """A mean over the three spatial axes."""
    return _global(x, "mean", 3, data_format, keepdims)


@layer("GlobalMaxPooling1D", "GlobalMaxPool1D")
def global_max_pooling1d(x: Tensor, data_format: Param = None, keepdims: Param = False) -> Tensor:
    """The maximum over the steps; masked ones count in Keras too."""
    return _global(x, "amax", 1, data_format, keepdims)


@layer("GlobalMaxPooling2D", "GlobalMaxPool2D")
def global_max_pooling2d(x: Tensor, data_format: Param = None, keepdims: Param = False) -> Tensor:
    """The maximum over height and width."""
    return _global(x, "amax", 2, data_format, keepdims)


@layer("GlobalMaxPooling3D", "GlobalMaxPool3D")
def global_max_pooling3d(x: Tensor, data_format: Param = None, keepdims: Param = False) -> Tensor:
    """The maximum over the three spatial axes."""
    return _global(x, "amax", 3, data_format, keepdims)


def _adaptive(x: Tensor, function: str, count: int, output_size: Expr, data_format: Expr) -> Tensor:
    channels_last(data_format)
    spatial(x, count)
    code = call(f"F.{function}{count}d", x.code, tidy(output_size))
    return replace(x.to(code, (*per_axis(output_size, count), _channels(x))), mask=None)


@layer("AdaptiveAveragePooling1D", layout=Layout.FIRST)
def adaptive_average_pooling1d(x: Tensor, output_size: Param, data_format: Param = None) -> Tensor:
    """The same."""
    return _adaptive(x, "adaptive_avg_pool", 1, output_size, data_format)


@layer("AdaptiveAveragePooling2D", layout=Layout.FIRST)
def adaptive_average_pooling2d(x: Tensor, output_size: Param, data_format: Param = None) -> Tensor:
    """The same."""
    return _adaptive(x, "adaptive_avg_pool", 2, output_size, data_format)


@layer("AdaptiveAveragePooling3D", layout=Layout.FIRST)
def adaptive_average_pooling3d(x: Tensor, output_size: Param, data_format: Param = None) -> Tensor:
    """The same."""
    return _adaptive(x, "adaptive_avg_pool", 3, output_size, data_format)


@layer("AdaptiveMaxPooling1D", layout=Layout.FIRST)
def adaptive_max_pooling1d(x: Tensor, output_size: Param, data_format: Param = None) -> Tensor:
    """The same."""
    return _adaptive(x, "adaptive_max_pool", 1, output_size, data_format)


@layer("AdaptiveMaxPooling2D", layout=Layout.FIRST)
def adaptive_max_pooling2d(x: Tensor, output_size: Param, data_format: Param = None) -> Tensor:
    """The same."""
    return _adaptive(x, "adaptive_max_pool", 2, output_size, data_format)


@layer("AdaptiveMaxPooling3D", layout=Layout.FIRST)
def adaptive_max_pooling3d(x: Tensor, output_size: Param, data_format: Param = None) -> Tensor:
    """The same."""
    return _adaptive(x, "adaptive_max_pool", 3, output_size, data_format)
