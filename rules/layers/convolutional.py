"""Convolutions."""

from __future__ import annotations

from dataclasses import replace

from rules.emitted import FUNCTIONAL, NN, emitted
from rules.layers.windows import (
    all_ones,
    both_sides,
    channels_last,
    padded,
    padding_mode,
    per_axis,
    same_padding,
    spatial,
    tidy,
    window_sizes,
)
from transpiler.ir.expr import Arg, Expr, Module, expr, index, infix, method
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported
from transpiler.rule import Param, compact, layer, nn, own, sizes, unless

for _n in (1, 2, 3):
    emitted(
        f"Conv{_n}dSame",
        f'''
class Conv{_n}dSame(nn.Conv{_n}d):
    """Pads as TensorFlow's "same" does, whatever the size of the input."""

    def forward(self, x):
        x = pad_same(x, self.kernel_size, self.stride, self.dilation)
        return super().forward(x)
''',
        ("pad_same",),
        NN,
    )

for _n in (2, 3):
    emitted(
        f"PaddedConv{_n}d",
        f'''
class PaddedConv{_n}d(nn.Conv{_n}d):
    """Takes Keras's names of paddings: "valid" or "same"."""

    def __init__(self, *args, padding="valid", **kwargs):
        super().__init__(*args, **kwargs)
        self.same = padding.lower() == "same"

    def forward(self, x):
        if self.same:
            x = pad_same(x, self.kernel_size, self.stride, self.dilation)
        return super().forward(x)
''',
        ("pad_same",),
        NN,
    )

emitted(
    "PaddedConv1d",
    '''
class PaddedConv1d(nn.Conv1d):
    """Takes Keras's names of paddings: "valid", "same" or "causal"."""

    def __init__(self, *args, padding="valid", **kwargs):
        super().__init__(*args, **kwargs)
        self.keras_padding = padding.lower()

    def forward(self, x):
        if self.keras_padding == "same":
            x = pad_same(x, self.kernel_size, self.stride, self.dilation)
        elif self.keras_padding == "causal":
            x = F.pad(x, ((self.kernel_size[0] - 1) * self.dilation[0], 0))
        return super().forward(x)
''',
    ("pad_same",),
    NN,
    FUNCTIONAL,
)


def _window_module(
    x: Tensor,
    channels: tuple[Arg, Arg],
    kernel_size: Expr,
    strides: Expr,
    padding: Expr,
    dilation_rate: Expr,
    count: int,
    **options: Arg,
) -> tuple[str, tuple[Arg, ...], dict[str, Arg], Expr]:
    """A convolution with Keras's padding: class, arguments, and its input, padded if need be."""
    kernel, stride, dilation = tidy(kernel_size), tidy(strides), tidy(dilation_rate)
    stay = all_ones(strides, count)
    named: dict[str, Arg] = {} if stay else {"stride": stride}
    if not all_ones(dilation_rate, count):
        named["dilation"] = dilation
    args: tuple[Arg, ...] = (*channels, kernel)
    cls, code = f"Conv{count}d", x.code
    mode = padding_mode(padding)
    if mode == "causal":
        code = _causal(x.code, kernel, dilation, count)
    elif mode != "valid" and not all_ones(kernel_size, count):
        cls, code, pad = _padding(x, kernel_size, strides, padding, dilation_rate, count)
        named |= pad
    return cls, args, named | options, code


def _causal(code: Expr, kernel: Expr, dilation: Expr, count: int) -> Expr:
    if count != 1:
        raise Unsupported("causal padding is for one dimension only")
    before = infix(infix(kernel, "-", 1), "*", dilation)
    return code if before.is_const(0) else padded(code, [(before, 0)])


def _padding(
    x: Tensor, kernel: Expr, strides: Expr, padding: Expr, dilation: Expr, count: int
) -> tuple[str, Expr, dict[str, Arg]]:
    """The class, the padded input and the `padding` argument of a "same" or unknown padding."""
    stay = all_ones(strides, count)
    if not padding.known:
        if stay and count > 1:
            return f"Conv{count}d", x.code, {"padding": method(padding, "lower")}
        return f"PaddedConv{count}d", x.code, {"padding": padding}
    if stay:
        return f"Conv{count}d", x.code, {"padding": "same"}
    amounts = same_padding(x, kernel, strides, dilation, count)
    if amounts is None:
        return f"Conv{count}dSame", x.code, {}
    pad = both_sides(amounts)
    if pad is None:
        return f"Conv{count}d", padded(x.code, amounts), {}
    return f"Conv{count}d", x.code, unless(pad, 0, padding=pad)


def _module(cls: str, args: tuple[Arg, ...], named: dict[str, Arg], hint: str) -> Module:
    make = nn if cls in ("Conv1d", "Conv2d", "Conv3d") else own
    return make(cls, *args, hint=hint, **named)


def _result(
    x: Tensor,
    code: Expr,
    channels: Expr,
    window: tuple[Expr, Expr, Expr, Expr],
    count: int,
) -> Tensor:
    kernel, strides, dilation, padding = window
    shape = window_sizes(x, kernel, strides, dilation, padding, count)
    result = x.with_channels(code, channels) if shape is None else x.to(code, (*shape, channels))
    return replace(result, mask=None)


def _conv(
    x: Tensor,
    count: int,
    filters: Expr,
    window: tuple[Expr, Expr, Expr, Expr],
    data_format: Expr,
    groups: Expr,
    use_bias: Expr,
) -> Tensor:
    channels_last(data_format)
    spatial(x, count)
    kernel, strides, dilation, padding = window
    options = {**unless(groups, 1, groups=groups), **unless(use_bias, True, bias=use_bias)}
    both = (x.channels, filters)
    cls, args, named, code = _window_module(
        x, both, kernel, strides, padding, dilation, count, **options
    )
    module = _module(cls, args, named, f"conv{count}d")
    return _result(x, module(code), filters, window, count)


@layer(
    "Conv1D",
    "Convolution1D",
    layout=Layout.FIRST,
    aliases={
        "nb_filter": "filters",
        "filter_length": "kernel_size",
        "subsample_length": "strides",
        "border_mode": "padding",
        "bias": "use_bias",
    },
)
def conv1d(
    x: Tensor,
    filters: Param,
    kernel_size: Param,
    strides: Param = 1,
    padding: Param = "valid",
    data_format: Param = None,
    dilation_rate: Param = 1,
    groups: Param = 1,
    use_bias: Param = True,
) -> Tensor:
    """Torch has no causal padding, and wants the number of input channels."""
    window = (kernel_size, strides, dilation_rate, padding)
    return _conv(x, 1, filters, window, data_format, groups, use_bias)


@layer(
    "Conv2D",
    "Convolution2D",
    layout=Layout.FIRST,
    aliases={
        "nb_filter": "filters",
        "subsample": "strides",
        "border_mode": "padding",
        "bias": "use_bias",
    },
)
def conv2d(
    x: Tensor,
    filters: Param,
    kernel_size: Param,
    strides: Param = (1, 1),
    padding: Param = "valid",
    data_format: Param = None,
    dilation_rate: Param = (1, 1),
    groups: Param = 1,
    use_bias: Param = True,
) -> Tensor:
    """Torch cannot pad one side more than the other, as "same" does; wants the input channels."""
    window = (kernel_size, strides, dilation_rate, padding)
    return _conv(x, 2, filters, window, data_format, groups, use_bias)


@layer("Conv3D", "Convolution3D", layout=Layout.FIRST)
def conv3d(
    x: Tensor,
    filters: Param,
    kernel_size: Param,
    strides: Param = (1, 1, 1),
    padding: Param = "valid",
    data_format: Param = None,
    dilation_rate: Param = (1, 1, 1),
    groups: Param = 1,
    use_bias: Param = True,
) -> Tensor:
    """Torch cannot pad one side more than the other, as "same" does; wants the input channels."""
    window = (kernel_size, strides, dilation_rate, padding)
    return _conv(x, 3, filters, window, data_format, groups, use_bias)


for _n in (1, 2, 3):
    emitted(
        f"PaddedConvTranspose{_n}d",
        f'''
class PaddedConvTranspose{_n}d(nn.ConvTranspose{_n}d):
    """Takes Keras's names of paddings; "same" makes the output stride times as large."""

    def __init__(self, *args, padding="valid", **kwargs):
        super().__init__(*args, **kwargs)
        self.same = padding.lower() == "same"
        sizes = zip(self.kernel_size, self.stride, self.dilation)
        self.output_padding = tuple(max(s - 1 - (k - 1) * d, 0) for k, s, d in sizes)

    def forward(self, x):
        out = super().forward(x)
        if self.same:
            for axis, stride in enumerate(self.stride, 2):
                size = x.shape[axis] * stride
                out = out.narrow(axis, (out.shape[axis] - size) // 2, size)
        return out
''',
        (),
        NN,
    )


def _cut(window: int, stride: int, more: int | None, same: bool) -> tuple[int, int]:
    """What Keras cuts off before and after each axis of a full transposed convolution."""
    if not same:
        return 0, min(window - stride, 0) if more is None else -more
    total = window - stride if more is None else 2 * (window // 2) - more
    return max(total, 0) // 2, total - max(total, 0) // 2


def _cuts(
    window: tuple[Expr, Expr, Expr, Expr], more: Expr, count: int
) -> tuple[tuple[int, int], ...] | None:
    """The cuts of each axis, None where they are not known."""
    kernel, strides, dilation, padding = window
    mode = padding_mode(padding)
    if (
        more.is_const(None)
        and all_ones(dilation, count)
        and tidy(kernel).text == tidy(strides).text
    ):
        return ((0, 0),) * count
    known = [sizes(v, count) for v in (kernel, strides, dilation)]
    extra = (None,) * count if more.is_const(None) else sizes(more, count)
    if mode is None or extra is None or None in known:
        if more.is_const(None):
            return None
        raise Unsupported("output_padding, where not all sizes are known")
    windows = [(k - 1) * d + 1 for k, d in zip(known[0] or (), known[2] or (), strict=True)]
    each = zip(windows, known[1] or (), extra, strict=True)
    return tuple(_cut(k, s, p, mode == "same") for k, s, p in each)


def _transposed_size(size: Dim, kernel: Dim, stride: Dim, cut: tuple[int, int] | None) -> Dim:
    if size is None or stride is None or cut is None:
        return None
    if kernel is not None and kernel.text == stride.text:
        return infix(size, "*", stride)
    if kernel is None:
        return None
    full = infix(infix(size, "*", stride), "+", infix(kernel, "-", stride))
    return infix(full, "-", sum(cut))


def _conv_transpose(
    x: Tensor,
    count: int,
    filters: Expr,
    window: tuple[Expr, Expr, Expr, Expr],
    output_padding: Expr,
    data_format: Expr,
    use_bias: Expr,
) -> Tensor:
    channels_last(data_format)
    kernel, strides, dilation, padding = window
    cuts = _cuts(window, output_padding, count)
    named: dict[str, Arg] = {} if all_ones(strides, count) else {"stride": tidy(strides)}
    if cuts is None:
        named["padding"] = expr("same") if padding_mode(padding) == "same" else padding
    else:
        named |= unless(
            compact(tuple(a for a, _ in cuts)), 0, padding=compact(tuple(a for a, _ in cuts))
        )
        missing = tuple(max(a - b, 0) for a, b in cuts)
        named |= unless(compact(missing), 0, output_padding=compact(missing))
    if not all_ones(dilation, count):
        named["dilation"] = tidy(dilation)
    make, cls = (own, "PaddedConvTranspose") if cuts is None else (nn, "ConvTranspose")
    options = {**named, **unless(use_bias, True, bias=use_bias)}
    hint = f"conv{count}d_transpose"
    module = make(f"{cls}{count}d", x.channels, filters, tidy(kernel), hint=hint, **options)
    code = _without_far_side(module(x.code), cuts or ())
    if x.dims is None:
        return replace(x.with_channels(code, filters), mask=None)
    shape = _transposed_shape(x, window, cuts, count)
    return replace(x.to(code, (*shape, filters)), mask=None)


def _without_far_side(code: Expr, cuts: tuple[tuple[int, int], ...]) -> Expr:
    """`x[..., :-1, :-1]`, where Keras cuts more after an axis than before."""
    extra = [max(after - before, 0) for before, after in cuts]
    if not any(extra):
        return code
    return index(code, Expr("..."), *(Expr(f":-{n}" if n else ":") for n in extra))


def _transposed_shape(
    x: Tensor,
    window: tuple[Expr, Expr, Expr, Expr],
    cuts: tuple[tuple[int, int], ...] | None,
    count: int,
) -> tuple[Dim, ...]:
    kernel, strides, dilation, padding = window
    space, steps = spatial(x, count), per_axis(strides, count)
    if cuts is None:
        if padding_mode(padding) != "same":
            return (None,) * count
        return tuple(
            None if n is None or s is None else infix(n, "*", s)
            for n, s in zip(space, steps, strict=True)
        )
    reach = [
        None if k is None or d is None else infix(infix(infix(k, "-", 1), "*", d), "+", 1)
        for k, d in zip(per_axis(kernel, count), per_axis(dilation, count), strict=True)
    ]
    if all_ones(dilation, count):
        reach = list(per_axis(kernel, count))
    each = zip(space, reach, steps, cuts, strict=True)
    return tuple(_transposed_size(n, k, s, cut) for n, k, s, cut in each)


@layer(
    "Conv2DTranspose",
    "Convolution2DTranspose",
    layout=Layout.FIRST,
    aliases={"nb_filter": "filters", "subsample": "strides", "border_mode": "padding"},
)
def conv2d_transpose(
    x: Tensor,
    filters: Param,
    kernel_size: Param,
    strides: Param = (1, 1),
    padding: Param = "valid",
    output_padding: Param = None,
    data_format: Param = None,
    dilation_rate: Param = (1, 1),
    use_bias: Param = True,
) -> Tensor:
    """Keras cuts off the far side more, where torch cuts both sides alike."""
    window = (kernel_size, strides, dilation_rate, padding)
    return _conv_transpose(x, 2, filters, window, output_padding, data_format, use_bias)
