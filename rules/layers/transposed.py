"""Transposed convolutions."""

from __future__ import annotations

from rules.emitted import FUNCTIONAL, NN, emitted
from rules.layers.windows import Amounts, Window, channels_last, per_axis, spatial, tidy
from transpiler.ir.expr import Arg, Expr, expr, index
from transpiler.ir.sizes import combine
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, compact, layer, nn, own, sizes, unless

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
    emitted(
        f"SizedConvTranspose{_n}d",
        f'''
class SizedConvTranspose{_n}d(nn.ConvTranspose{_n}d):
    """Takes Keras's paddings; `output_padding` adds to the size, or is None."""

    def __init__(self, *args, padding="valid", output_padding=None, **kwargs):
        super().__init__(*args, **kwargs)
        if isinstance(output_padding, int):
            output_padding = (output_padding,) * {_n}
        self.cuts = []
        sizes = zip(self.kernel_size, self.stride, self.dilation)
        for axis, (k, s, d) in enumerate(sizes):
            k = (k - 1) * d + 1
            more = None if output_padding is None else output_padding[axis]
            if padding.lower() == "same":
                total = k - s if more is None else 2 * (k // 2) - more
                before = max(total, 0) // 2
            else:
                total = min(k - s, 0) if more is None else -more
                before = 0
            self.cuts = [-before, before - total, *self.cuts]

    def forward(self, x):
        sizes = {{"stride": self.stride, "dilation": self.dilation}}
        out = F.pad(F.conv_transpose{_n}d(x, self.weight, **sizes), self.cuts)
        return out if self.bias is None else out + self.bias.view(-1{", 1" * _n})
''',
        (),
        NN,
        FUNCTIONAL,
    )


def _cut(window: int, stride: int, more: int | None, same: bool) -> tuple[int, int]:
    """What Keras cuts off before and after an axis of the full result; negative: it adds."""
    if not same:
        return 0, min(window - stride, 0) if more is None else -more
    total = window - stride if more is None else 2 * (window // 2) - more
    before = max(total, 0) // 2
    return before, total - before


def _cuts(window: Window, more: Expr) -> Amounts | None:
    """The cuts of each axis, None where they are not known."""
    plain = more.is_const(None)
    if plain and window.all_ones(window.dilation) and _tiles(window):
        return ((0, 0),) * window.count
    known = [sizes(v, window.count) for v in (window.kernel, window.strides, window.dilation)]
    if window.mode is None or None in known or not more.known:
        return None
    extra = (None,) * window.count if plain else sizes(more, window.count) or ()
    each = zip(*(k or () for k in known), extra, strict=True)
    return tuple(_cut((k - 1) * d + 1, s, p, window.mode == "same") for k, s, d, p in each)


def _tiles(window: Window) -> bool:
    """Whether the kernels lie side by side, so that nothing is cut in any case."""
    kernel, strides = (per_axis(v, window.count) for v in (window.kernel, window.strides))
    same_text = tidy(window.kernel).text == tidy(window.strides).text
    return same_text or all(
        k is not None and s is not None and k.text == s.text
        for k, s in zip(kernel, strides, strict=True)
    )


def _shape(
    x: Tensor, window: Window, cuts: Amounts | None, output_padding: Expr
) -> tuple[Dim, ...]:
    given = (window.kernel, window.strides, window.dilation)
    each = zip(spatial(x, window.count), *(per_axis(v, window.count) for v in given), strict=True)
    if cuts is None:
        same = window.mode == "same" and output_padding.is_const(None)
        return tuple(combine(n, "*", s) if n and s and same else None for n, _, s, _ in each)
    return tuple(_size(n, k, s, d, cut) for (n, k, s, d), cut in zip(each, cuts, strict=True))


def _size(size: Dim, kernel: Dim, stride: Dim, dilation: Dim, cut: tuple[int, int]) -> Dim:
    if size is None or stride is None or kernel is None or dilation is None:
        return None
    reach = combine(combine(combine(kernel, "-", 1), "*", dilation), "+", 1)
    if dilation.is_const(1):
        reach = kernel
    beyond = 0 if reach.text == stride.text else combine(reach, "-", stride)
    return combine(combine(combine(size, "*", stride), "+", beyond), "-", sum(cut))


def _conv_transpose(
    x: Tensor,
    filters: Expr,
    window: Window,
    output_padding: Expr,
    data_format: Expr,
    use_bias: Expr,
) -> Tensor:
    channels_last(data_format)
    space = spatial(x, window.count)
    cuts = _cuts(window, output_padding)
    name, hint = f"ConvTranspose{window.count}d", f"conv{window.count}d_transpose"
    options = {
        **window.options(),
        **_padding(window, cuts),
        **unless(use_bias, True, bias=use_bias),
    }
    args = (x.channels, filters, tidy(window.kernel))
    if cuts is None and output_padding.is_const(None):
        module = own(f"Padded{name}", *args, hint=hint, **options)
    elif cuts is None:
        options["output_padding"] = output_padding
        module = own(f"Sized{name}", *args, hint=hint, **options)
    else:
        module = nn(name, *args, hint=hint, **options)
    code = _without_far_side(module(x.code), cuts or ())
    if x.dims is None:
        return replace(x.with_channels(code, filters), mask=None)
    assert len(space) == window.count
    return replace(x.to(code, (*_shape(x, window, cuts, output_padding), filters)), mask=None)


def _padding(window: Window, cuts: Amounts | None) -> dict[str, Arg]:
    """Torch cuts both sides by `padding`, and adds `output_padding` at the far side."""
    if cuts is None:
        return {"padding": "same" if window.mode == "same" else window.padding}
    both = compact(tuple(before for before, _ in cuts))
    added = tuple(max(before - after, 0) for before, after in cuts)
    strides = sizes(window.strides, window.count)
    if strides is not None and any(a and a >= s for a, s in zip(added, strides, strict=True)):
        raise Unsupported("output_padding as large as the stride")
    return {
        **unless(both, 0, padding=both),
        **unless(compact(added), 0, output_padding=compact(added)),
    }


def _without_far_side(code: Expr, cuts: Amounts) -> Expr:
    """`x[..., :-1, :-1]`, where Keras cuts more after an axis than before."""
    extra = [max(after - before, 0) for before, after in cuts]
    if not any(extra):
        return code
    return index(code, Expr("..."), *(Expr(f":-{n}" if n else ":") for n in extra))


@layer(
    "Conv1DTranspose",
    "Convolution1DTranspose",
    layout=Layout.FIRST,
    aliases={"nb_filter": "filters"},
)
def conv1d_transpose(
    x: Tensor,
    filters: Param,
    kernel_size: Param,
    strides: Param = 1,
    padding: Param = "valid",
    output_padding: Param = None,
    data_format: Param = None,
    dilation_rate: Param = 1,
    use_bias: Param = True,
) -> Tensor:
    """Keras cuts off the far side more, where torch cuts both sides alike."""
    window = Window(1, kernel_size, strides, padding, dilation_rate)
    return _conv_transpose(x, filters, window, output_padding, data_format, use_bias)


@layer(
    "Conv2DTranspose",
    "Convolution2DTranspose",
    layout=Layout.FIRST,
    aliases={"nb_filter": "filters"},
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
    window = Window(2, kernel_size, strides, padding, dilation_rate)
    return _conv_transpose(x, filters, window, output_padding, data_format, use_bias)


@layer(
    "Conv3DTranspose",
    "Convolution3DTranspose",
    layout=Layout.FIRST,
    aliases={"nb_filter": "filters"},
)
def conv3d_transpose(
    x: Tensor,
    filters: Param,
    kernel_size: Param,
    strides: Param = (1, 1, 1),
    padding: Param = "valid",
    data_format: Param = None,
    output_padding: Param = None,
    dilation_rate: Param = (1, 1, 1),
    use_bias: Param = True,
    *,
    keras: str = "auto",
) -> Tensor:
    """Keras cuts off the far side more, where torch cuts both sides alike."""
    if keras == "2":
        dilation_rate = expr(1)  # which Keras 2 takes, and does not look at
    window = Window(3, kernel_size, strides, padding, dilation_rate)
    return _conv_transpose(x, filters, window, output_padding, data_format, use_bias)
