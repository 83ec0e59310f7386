"""Activations that are layers."""

from __future__ import annotations

from rules import activations
from rules.axes import dimension
from rules.emitted import NN, TORCH, emitted
from rules.masks import no_mask
from transpiler.ir.expr import Arg, Expr, call
from transpiler.ir.tensor import Layout, Tensor, UnknownRank, Unsupported
from transpiler.rule import Param, helper, layer, nn, own

emitted(
    "ElementwisePReLU",
    '''
class ElementwisePReLU(nn.Module):
    """A leaky ReLU with a trained slope for each element; axes of size 1 share theirs."""

    def __init__(self, *shape):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))

    def forward(self, x):
        return torch.where(x > 0, x, self.weight * x)
''',
    (),
    TORCH,
    NN,
)

emitted(
    "softmax_over",
    '''
def softmax_over(x, dims):
    """Softmax over several dimensions at once."""
    return torch.exp(x - torch.logsumexp(x, dims, keepdim=True))
''',
    (),
    TORCH,
)


@layer("ReLU")
def relu(
    x: Tensor, max_value: Param = None, negative_slope: Param = 0.0, threshold: Param = 0.0
) -> Tensor:
    """Torch has a function for each option, but none for all."""
    return activations.relu(x, negative_slope, max_value, threshold)


@layer("LeakyReLU", aliases={"alpha": "negative_slope"}, floats=True)
def leaky_relu(x: Tensor, negative_slope: Param = 0.3) -> Tensor:
    """The layer leaks 0.3, torch 0.01."""
    return activations.leaky_relu(x, negative_slope)


@layer("ELU")
def elu(x: Tensor, alpha: Param = 1.0) -> Tensor:
    """The same."""
    return activations.elu(x, alpha)


@layer("ThresholdedReLU")
def thresholded_relu(x: Tensor, theta: Param = 1.0) -> Tensor:
    """Zero up to the threshold."""
    return x.to(call("F.threshold", x.code, theta, 0))


@layer("PReLU", layout=Layout.FIRST)
def prelu(x: Tensor, shared_axes: Param = None) -> Tensor:
    """Torch's slopes are one per channel and start at 0.25, Keras's one per element and at 0."""
    if x.dims is None:
        raise UnknownRank("the number of dimensions is not known here")
    shared = _shared(x, shared_axes)
    if shared == set(range(1, x.rank - 1)):
        return x.to(nn("PReLU", x.channels, init=0.0, hint="p_re_lu")(x.code))
    axes = [x.rank - 1, *range(1, x.rank - 1)]
    shape: list[Arg] = [1 if axis in shared else x.dim(axis) for axis in axes]
    if all(s == 1 for s in shape):
        return x.to(nn("PReLU", init=0.0, hint="p_re_lu")(x.code))
    return x.to(own("ElementwisePReLU", *shape, hint="p_re_lu")(x.code))


def _shared(x: Tensor, shared_axes: Expr) -> set[int]:
    if not shared_axes.known:
        raise Unsupported("shared_axes are only known at run time")
    given = shared_axes.value or ()
    axes = given if isinstance(given, (list, tuple)) else (given,)
    return {axis % x.rank for axis in axes}


@layer("Softmax")
def softmax(x: Tensor, axis: Param = -1, *, mask: Expr | Tensor | None = None) -> Tensor:
    """Over torch's dimension of the axis."""
    if mask is not None:
        raise Unsupported("a mask for Softmax")
    no_mask(x, "Softmax")
    if not axis.known or isinstance(axis.value, int):
        return x.to(call("F.softmax", x.code, dim=dimension(x, axis)))
    dims = tuple(x.axis(a) for a in axis.value)
    if len(dims) == 1:
        return x.to(call("F.softmax", x.code, dim=dims[0]))
    return x.to(helper("softmax_over", x.code, dims))
