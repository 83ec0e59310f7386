"""Convolutions."""

from __future__ import annotations

from rules.emitted import FUNCTIONAL, NN, emitted
from rules.layers.windows import Window, both_sides, channels_last, padded, per_axis, spatial, tidy
from transpiler.ir.expr import Arg, Expr, Module, call, infix, method
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, layer, nn, own, unless

for _n in (1, 2, 3):
    emitted(
        f"Conv{_n}dSame",
        f'''
class Conv{_n}dSame(nn.Conv{_n}d):
    """Pads as TensorFlow's "same" does, whatever the size of the input."""

    def forward(self, x):
        padding = same_padding(x, self.kernel_size, self.stride)
        if padding[::2] != padding[1::2]:
            return super().forward(F.pad(x, padding))
        pad = padding[::-2]  # alike on both sides: the convolution pads without a copy
        return F.conv{_n}d(x, self.weight, self.bias, self.stride, pad, groups=self.groups)
''',
        ("same_padding",),
        NN,
        FUNCTIONAL,
    )

_REACH = """reach = [(k - 1) * d + 1 for k, d in zip(self.kernel_size, self.dilation)]
            """

for _n in (2, 3):
    for _kind, _before, _sizes in (
        ("Padded", "", "self.kernel_size"),
        ("PaddedDilated", _REACH, "reach"),
    ):
        emitted(
            f"{_kind}Conv{_n}d",
            f'''
class {_kind}Conv{_n}d(nn.Conv{_n}d):
    """Takes Keras's names of paddings: "valid" or "same"."""

    def __init__(self, *args, padding="valid", **kwargs):
        super().__init__(*args, **kwargs)
        self.same = padding.lower() == "same"

    def forward(self, x):
        if self.same:
            {_before}x = F.pad(x, same_padding(x, {_sizes}, self.stride))
        return super().forward(x)
''',
            ("same_padding",),
            NN,
            FUNCTIONAL,
        )

for _kind, _before, _sizes, _reach in (
    ("Padded", "", "self.kernel_size", "self.kernel_size[0]"),
    ("PaddedDilated", "reach = (self.kernel_size[0] - 1) * self.dilation[0] + 1\n        ",
     "[reach]", "reach"),
):  # fmt: skip
    emitted(
        f"{_kind}Conv1d",
        f'''
class {_kind}Conv1d(nn.Conv1d):
    """Takes Keras's names of paddings: "valid", "same" or "causal"."""

    def __init__(self, *args, padding="valid", **kwargs):
        super().__init__(*args, **kwargs)
        self.pads = padding.lower()

    def forward(self, x):
        {_before}if self.pads == "same":
            x = F.pad(x, same_padding(x, {_sizes}, self.stride))
        elif self.pads == "causal":
            x = F.pad(x, ({_reach} - 1, 0))
        return super().forward(x)
''',
        ("same_padding",),
        NN,
        FUNCTIONAL,
    )


def _convolution(
    x: Tensor, filters: Arg, window: Window, hint: str, **options: Arg
) -> tuple[Module, Expr]:
    """A convolution with Keras's padding, and its input, padded where torch's class can't."""
    cls, code, padding = _padding(x, window)
    make = nn if cls.startswith("Conv") and not cls.endswith("Same") else own
    named = {**window.options(), **padding, **options}
    return make(cls, x.channels, filters, tidy(window.kernel), hint=hint, **named), code


def _padding(x: Tensor, window: Window) -> tuple[str, Expr, dict[str, Arg]]:
    """Which class pads as Keras does, the input (padded if no class does), and the argument."""
    plain = f"Conv{window.count}d"
    mode, stays = window.mode, window.all_ones(window.strides)
    if mode == "valid" or window.all_ones(window.kernel):
        return plain, x.code, {}
    if mode == "causal":
        if window.count != 1:
            raise Unsupported("causal padding is for one dimension only")
        code = _causal(x.code, window)
        return (plain, code, {}) if code else (_general(window), x.code, {"padding": "causal"})
    if mode is None and stays and window.count > 1:
        return plain, x.code, {"padding": method(window.padding, "lower")}
    if mode is None:
        return _general(window), x.code, {"padding": window.padding}
    if stays:
        return plain, x.code, {"padding": "same"}
    amounts = window.same_amounts(x)
    if amounts is None and not window.all_ones(window.dilation):
        return _general(window), x.code, {"padding": "same"}
    if amounts is None:
        return f"{plain}Same", x.code, {}
    both = both_sides(amounts)
    if both is None:
        return plain, padded(x.code, amounts), {}
    return plain, x.code, unless(both, 0, padding=both)


def _general(window: Window) -> str:
    """The class that pads by Keras's names, for sizes of any kind."""
    dilated = "" if window.all_ones(window.dilation) else "Dilated"
    return f"Padded{dilated}Conv{window.count}d"


def _causal(code: Expr, window: Window) -> Expr | None:
    """Padding before the first step; None where a size may be a number or a tuple of one."""
    (kernel,), (dilation,) = per_axis(window.kernel, 1), per_axis(window.dilation, 1)
    if dilation is None or (kernel is None and not dilation.is_const(1)):
        return None
    before = infix(kernel or window.kernel, "-", 1)
    return padded(code, [(infix(before, "*", dilation), 0)])


def _conv(
    x: Tensor, filters: Expr, window: Window, data_format: Expr, groups: Expr, use_bias: Expr
) -> Tensor:
    channels_last(data_format)
    spatial(x, window.count)
    options = {**unless(groups, 1, groups=groups), **unless(use_bias, True, bias=use_bias)}
    module, code = _convolution(x, filters, window, f"conv{window.count}d", **options)
    return window.result(x, module(code), filters)


@layer(
    "Conv1D",
    "Convolution1D",
    layout=Layout.FIRST,
    aliases={"nb_filter": "filters", "filter_length": "kernel_size", "subsample_length": "strides"},
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
    """Torch has no causal padding, and pads both sides alike."""
    window = Window(1, kernel_size, strides, padding, dilation_rate)
    return _conv(x, filters, window, data_format, groups, use_bias)


@layer("Conv2D", "Convolution2D", layout=Layout.FIRST, aliases={"nb_filter": "filters"})
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
    """With strides, "same" pads the far side more; torch pads both sides alike."""
    window = Window(2, kernel_size, strides, padding, dilation_rate)
    return _conv(x, filters, window, data_format, groups, use_bias)


@layer("Conv3D", "Convolution3D", layout=Layout.FIRST, aliases={"nb_filter": "filters"})
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
    """With strides, "same" pads the far side more; torch pads both sides alike."""
    window = Window(3, kernel_size, strides, padding, dilation_rate)
    return _conv(x, filters, window, data_format, groups, use_bias)


def _depthwise(
    x: Tensor, multiplier: Expr, window: Window, hint: str, use_bias: Arg
) -> tuple[Module, Expr, Expr]:
    """A convolution of each channel by itself, its input, and its number of channels."""
    filters = infix(x.channels, "*", multiplier)
    options = {**unless(x.channels, 1, groups=x.channels), **unless(use_bias, True, bias=use_bias)}
    module, code = _convolution(x, filters, window, hint, **options)
    return module, code, filters


def _depthwise_conv(
    x: Tensor, multiplier: Expr, window: Window, data_format: Expr, use_bias: Expr
) -> Tensor:
    channels_last(data_format)
    spatial(x, window.count)
    hint = f"depthwise_conv{window.count}d"
    module, code, filters = _depthwise(x, multiplier, window, hint, use_bias)
    return window.result(x, module(code), filters)


@layer("DepthwiseConv1D", layout=Layout.FIRST)
def depthwise_conv1d(
    x: Tensor,
    kernel_size: Param,
    strides: Param = 1,
    padding: Param = "valid",
    depth_multiplier: Param = 1,
    data_format: Param = None,
    dilation_rate: Param = 1,
    use_bias: Param = True,
) -> Tensor:
    """A convolution with one group per channel."""
    window = Window(1, kernel_size, strides, padding, dilation_rate)
    return _depthwise_conv(x, depth_multiplier, window, data_format, use_bias)


@layer("DepthwiseConv2D", layout=Layout.FIRST)
def depthwise_conv2d(
    x: Tensor,
    kernel_size: Param,
    strides: Param = (1, 1),
    padding: Param = "valid",
    depth_multiplier: Param = 1,
    data_format: Param = None,
    dilation_rate: Param = (1, 1),
    use_bias: Param = True,
) -> Tensor:
    """A convolution with one group per channel."""
    window = Window(2, kernel_size, strides, padding, dilation_rate)
    return _depthwise_conv(x, depth_multiplier, window, data_format, use_bias)


def _separable(
    x: Tensor, filters: Expr, multiplier: Expr, window: Window, data_format: Expr, use_bias: Expr
) -> Tensor:
    """A depthwise convolution, then a 1x1 convolution with the bias."""
    channels_last(data_format)
    spatial(x, window.count)
    depthwise, code, between = _depthwise(x, multiplier, window, "", False)
    bias = unless(use_bias, True, bias=use_bias)
    pointwise = call(f"nn.Conv{window.count}d", between, filters, 1, **bias)
    pair = (depthwise.constructor, pointwise)
    both = replace(call("nn.Sequential", *pair), items=pair)
    module = Module(both, f"separable_conv{window.count}d")
    return window.result(x, module(code), filters)


@layer(
    "SeparableConv1D",
    "SeparableConvolution1D",
    layout=Layout.FIRST,
    aliases={"nb_filter": "filters", "filter_length": "kernel_size", "subsample_length": "strides"},
)
def separable_conv1d(
    x: Tensor,
    filters: Param,
    kernel_size: Param,
    strides: Param = 1,
    padding: Param = "valid",
    data_format: Param = None,
    dilation_rate: Param = 1,
    depth_multiplier: Param = 1,
    use_bias: Param = True,
) -> Tensor:
    """Torch has the two convolutions it is made of."""
    window = Window(1, kernel_size, strides, padding, dilation_rate)
    return _separable(x, filters, depth_multiplier, window, data_format, use_bias)


@layer(
    "SeparableConv2D",
    "SeparableConvolution2D",
    layout=Layout.FIRST,
    aliases={"nb_filter": "filters"},
)
def separable_conv2d(
    x: Tensor,
    filters: Param,
    kernel_size: Param,
    strides: Param = (1, 1),
    padding: Param = "valid",
    data_format: Param = None,
    dilation_rate: Param = (1, 1),
    depth_multiplier: Param = 1,
    use_bias: Param = True,
) -> Tensor:
    """Torch has the two convolutions it is made of."""
    window = Window(2, kernel_size, strides, padding, dilation_rate)
    return _separable(x, filters, depth_multiplier, window, data_format, use_bias)
