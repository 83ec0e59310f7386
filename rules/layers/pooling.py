"""Pooling."""

from __future__ import annotations

from collections.abc import Sequence

from rules.axes import in_keras_order, spatial_dimensions
from rules.emitted import FUNCTIONAL, TORCH, emitted
from rules.layers.windows import (
    ONE,
    Amounts,
    Window,
    both_sides,
    channels_last,
    numbers,
    padded,
    per_axis,
    spatial,
    tidy,
)
from rules.masks import mask_of
from transpiler.ir.expr import Arg, Expr, call, expr, method
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, layer, sizes

LOWEST = expr(float("-inf"))

emitted(
    "per_axis",
    '''
def per_axis(size, axes):
    """A size as Keras takes it, as one size for each axis."""
    return (size,) * axes if isinstance(size, int) else tuple(size)
''',
)

for _n in (1, 2, 3):
    emitted(
        f"max_pool{_n}d_same",
        f'''
def max_pool{_n}d_same(x, kernel_size, stride):
    """Max pooling, padded as TensorFlow's "same" does."""
    padding = same_padding(x, kernel_size, stride)
    return F.max_pool{_n}d(F.pad(x, padding, value=-torch.inf), kernel_size, stride)
''',
        ("same_padding",),
        TORCH,
        FUNCTIONAL,
    )
    emitted(
        f"avg_pool{_n}d_same",
        f'''
def avg_pool{_n}d_same(x, kernel_size, stride):
    """Average pooling, padded as TensorFlow's "same" does: the padding does not count."""
    padding = same_padding(x, kernel_size, stride)
    inside = F.pad(torch.ones_like(x[:1, :1]), padding)
    share = F.avg_pool{_n}d(inside, kernel_size, stride)
    return F.avg_pool{_n}d(F.pad(x, padding), kernel_size, stride) / share
''',
        ("same_padding",),
        TORCH,
        FUNCTIONAL,
    )
    for _kind in ("max", "avg"):
        emitted(
            f"{_kind}_pool{_n}d",
            f'''
def {_kind}_pool{_n}d(x, pool_size, strides=None, padding="valid"):
    """{_kind.title()} pooling by Keras's arguments."""
    kernel_size = per_axis(pool_size, {_n})
    stride = per_axis(strides or pool_size, {_n})
    if padding.lower() == "same":
        return {_kind}_pool{_n}d_same(x, kernel_size, stride)
    return F.{_kind}_pool{_n}d(x, kernel_size, stride)
''',
            ("per_axis", f"{_kind}_pool{_n}d_same"),
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


def _by_helper(kind: str, x: Tensor, window: Window) -> Expr:
    """Pooling with "same", where no option of torch's function does it."""
    given = [per_axis(size, window.count) for size in (window.kernel, window.strides)]
    if any(size is None for axes in given for size in axes):
        name, args = f"{kind}_pool{window.count}d", _arguments(window)
        return helper(name, x.code, *args, padding="same")
    pair = [tuple(size for size in axes if size is not None) for axes in given]
    return helper(f"{kind}_pool{window.count}d_same", x.code, *pair)


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


def _refuse_gaps(window: Window) -> None:
    """TensorFlow's kernel for volumes starts elsewhere than those for images, on the CPU."""
    if window.count < 3 or window.mode == "valid":
        return
    kernel, strides = (numbers(per_axis(s, 3)) for s in (window.kernel, window.strides))
    if kernel and strides and any(k < s for k, s in zip(kernel, strides, strict=True)):
        raise Unsupported('"same" pooling of volumes with strides larger than the window')


def _max_pool(x: Tensor, window: Window) -> Tensor:
    spatial(x, window.count)
    _refuse_gaps(window)
    return window.result(x, _max_pool_code(x, window), _channels(x))


def _max_pool_code(x: Tensor, window: Window) -> Expr:
    name, args = f"F.max_pool{window.count}d", _arguments(window)
    if window.mode == "valid":
        return call(name, x.code, *args)
    if window.mode is None:
        return helper(f"max_pool{window.count}d", x.code, *args, padding=window.padding)
    amounts = window.same_amounts(x)
    both = None if amounts is None else both_sides(amounts)
    if both is not None and expr(both).is_const(0):
        return call(name, x.code, *args)
    if _far_side_only(window, amounts):
        return call(name, x.code, *args, ceil_mode=True)
    if amounts is None:
        return _by_helper("max", x, window)
    if both is not None and _torch_allows(window, amounts):
        return call(name, x.code, *args, padding=both)
    return call(name, padded(x.code, amounts, value=LOWEST), *args)


def _torch_allows(window: Window, amounts: Amounts) -> bool:
    """Torch pads half a window at most."""
    size = sizes(window.kernel, window.count) or ()
    return all(2 * before <= k for (before, _), k in zip(amounts, size, strict=True))


def _avg_pool(x: Tensor, window: Window) -> Tensor:
    spatial(x, window.count)
    _refuse_gaps(window)
    return window.result(x, _avg_pool_code(x, window), _channels(x))


def _avg_pool_code(x: Tensor, window: Window) -> Expr:
    name, args = f"F.avg_pool{window.count}d", _arguments(window)
    if window.mode == "valid":
        return call(name, x.code, *args)
    if window.mode is None:
        return helper(f"avg_pool{window.count}d", x.code, *args, padding=window.padding)
    amounts = window.same_amounts(x)
    both = None if amounts is None else both_sides(amounts)
    if both is not None and expr(both).is_const(0):
        return call(name, x.code, *args)
    if _far_side_only(window, amounts):
        return call(name, x.code, *args, ceil_mode=True)
    if amounts is not None and both is not None and _torch_allows(window, amounts):
        return call(name, x.code, *args, padding=both, count_include_pad=False)
    return _by_helper("avg", x, window)


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
    spatial(x, count)
    if data_format.is_const("channels_first"):
        return _global_but_first(x, reduce, count, keepdims)
    channels_last(data_format)
    dims: Sequence[int] = spatial_dimensions(x, count)
    axes: Arg = dims[0] if count == 1 else tuple(dims)
    if _kept(keepdims):
        shape = (*(ONE,) * count, _channels(x))
        return replace(x.to(method(x.code, reduce, axes, keepdim=True), shape), mask=None)
    return _flat(x, method(x.code, reduce, axes))


def _global_but_first(x: Tensor, reduce: str, count: int, keepdims: Expr) -> Tensor:
    """Over all of Keras's axes but the batch and the first, which then counts as the channels."""
    first = None if x.dims is None else x.dims[0]
    over = [x.axis(axis) for axis in range(2, count + 2)]
    axes: Arg = over[0] if count == 1 else tuple(over)
    if _kept(keepdims):
        shape = (first, *(ONE,) * count)
        return replace(x.to(method(x.code, reduce, axes, keepdim=True), shape), mask=None)
    result = x.to(method(x.code, reduce, axes), (first,))
    return replace(result, layout=Layout.LAST, mask=None)


def _kept(keepdims: Expr) -> bool:
    if not keepdims.known:
        raise Unsupported("the rank of the result depends on keepdims")
    return bool(keepdims.value)


def _flat(x: Tensor, code: Expr) -> Tensor:
    return replace(x.to(code, (_channels(x),)), layout=Layout.LAST, mask=None)


@layer("GlobalAveragePooling1D", "GlobalAvgPool1D", floats=True)
def global_average_pooling1d(
    x: Tensor, data_format: Param = None, keepdims: Param = False
) -> Tensor:
    """A mean over the steps, of those that are not masked."""
    mask = mask_of(x)
    if mask is None:
        return _global(x, "mean", 1, data_format, keepdims)
    channels_last(data_format)
    code = in_keras_order(x)
    if _kept(keepdims):
        result = helper("masked_mean", code, mask, keepdim=True)
        return Tensor(result, (ONE, _channels(x)), dtype=x.dtype)
    return _flat(x, helper("masked_mean", code, mask))


@layer("GlobalAveragePooling2D", "GlobalAvgPool2D", floats=True)
def global_average_pooling2d(
    x: Tensor, data_format: Param = None, keepdims: Param = False
) -> Tensor:
    """A mean over height and width."""
    return _global(x, "mean", 2, data_format, keepdims)


@layer("GlobalAveragePooling3D", "GlobalAvgPool3D", floats=True)
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
