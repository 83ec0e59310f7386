"""Convolutions whose weights differ from place to place; only Keras 2 has them."""

from __future__ import annotations

from collections.abc import Sequence

from rules.emitted import NN, TORCH, emitted
from rules.keras_signatures import SIGNATURES
from rules.layers.windows import Window, channels_last, per_axis, spatial, tidy
from transpiler.ir.expr import Arg, Expr
from transpiler.ir.tensor import Dim, Layout, Tensor, UnknownSize, Unsupported
from transpiler.rule import Param, layer, own, unless


def _source(count: int, init: str, forward: str) -> str:
    return f'''
class LocallyConnected{count}d(nn.Module):
    """A convolution with weights of its own at each place."""

    def __init__(
        self, in_channels, out_channels, input_size, kernel_size, stride=1, bias=True
    ):
        super().__init__()
{init}
        shape = (out_channels, in_channels, *output_size, *kernel_size)
        self.weight = nn.Parameter(torch.empty(shape))
        zeros = torch.zeros(out_channels, *output_size)
        self.bias = nn.Parameter(zeros) if bias else None
        places, window = math.prod(output_size), math.prod(kernel_size)
        bound = (6 / places / (window * in_channels + out_channels)) ** 0.5
        nn.init.uniform_(self.weight, -bound, bound)

    def forward(self, x):
{forward}
        return x if self.bias is None else x + self.bias
'''


def _lines(text: str) -> str:
    return "\n".join(f"        {line}" for line in text.strip().splitlines())


_INIT_1D = """
kernel_size, self.stride = (kernel_size,), stride
output_size = ((input_size - kernel_size[0]) // stride + 1,)
"""
_FORWARD_1D = """
x = x.unfold(2, self.weight.shape[-1], self.stride)
x = torch.einsum("bctk,fctk->bft", x, self.weight)
"""
_INIT_2D = """
if isinstance(kernel_size, int):
    kernel_size = (kernel_size, kernel_size)
self.stride = (stride, stride) if isinstance(stride, int) else stride
sizes = zip(input_size, kernel_size, self.stride)
output_size = [(n - k) // s + 1 for n, k, s in sizes]
"""
_FORWARD_2D = """
height, width = self.weight.shape[-2:]
x = x.unfold(2, height, self.stride[0]).unfold(3, width, self.stride[1])
x = torch.einsum("bchwij,fchwij->bfhw", x, self.weight)
"""

for _count, _init, _forward in ((1, _INIT_1D, _FORWARD_1D), (2, _INIT_2D, _FORWARD_2D)):
    emitted(
        f"LocallyConnected{_count}d",
        _source(_count, _lines(_init), _lines(_forward)),
        (),
        "import math",
        TORCH,
        NN,
    )


def _known(dims: Sequence[Dim]) -> tuple[Expr, ...]:
    found = tuple(d for d in dims if d is not None)
    if len(found) < len(dims):
        raise UnknownSize("the weights have the size of the input, which is not known here")
    return found


def _locally_connected(
    x: Tensor,
    filters: Expr,
    window: Window,
    data_format: Expr,
    use_bias: Expr,
    implementation: Expr,
) -> Tensor:
    channels_last(data_format)
    if window.mode != "valid":
        raise Unsupported(f"padding={window.padding}")
    if not implementation.is_const(1):
        raise Unsupported(f"implementation={implementation} arranges the weights in another way")
    size, count = _known(spatial(x, window.count)), window.count
    kernel, step = tidy(window.kernel), tidy(window.strides)
    if count == 1:
        kernel, step = _known([*per_axis(window.kernel, 1), *per_axis(window.strides, 1)])
    stride: dict[str, Arg] = {} if window.all_ones(window.strides) else {"stride": step}
    module = own(
        f"LocallyConnected{count}d",
        x.channels,
        filters,
        size[0] if count == 1 else size,
        kernel,
        hint=f"locally_connected{count}d",
        **stride,
        **unless(use_bias, True, bias=use_bias),
    )
    return window.result(x, module(x.code), filters)


@layer("LocallyConnected1D", layout=Layout.FIRST, aliases={"nb_filter": "filters"})
def locally_connected1d(
    x: Tensor,
    filters: Param,
    kernel_size: Param,
    strides: Param = 1,
    padding: Param = "valid",
    data_format: Param = None,
    use_bias: Param = True,
    implementation: Param = 1,
) -> Tensor:
    """Torch has none."""
    window = Window(1, kernel_size, strides, padding)
    return _locally_connected(x, filters, window, data_format, use_bias, implementation)


@layer("LocallyConnected2D", layout=Layout.FIRST, aliases={"nb_filter": "filters"})
def locally_connected2d(
    x: Tensor,
    filters: Param,
    kernel_size: Param,
    strides: Param = (1, 1),
    padding: Param = "valid",
    data_format: Param = None,
    use_bias: Param = True,
    implementation: Param = 1,
) -> Tensor:
    """Torch has none."""
    window = Window(2, kernel_size, strides, padding)
    return _locally_connected(x, filters, window, data_format, use_bias, implementation)


#: Keras 3 has no such layers, so their arguments are not among its signatures.
SIGNATURES.update(
    dict.fromkeys(
        ("LocallyConnected1D", "LocallyConnected2D"),
        (
            *("filters", "kernel_size", "strides", "padding", "data_format", "activation"),
            *("use_bias", "kernel_initializer", "bias_initializer", "kernel_regularizer"),
            *("bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint"),
            "implementation",
        ),
    )
)
