"""Normalization."""

from __future__ import annotations

from transpiler.diagnostics import Fidelity
from transpiler.ir.expr import Expr, expr, infix
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.rule import Param, layer, nn, unless


@layer(
    "BatchNormalization",
    layout=Layout.FIRST,
    fidelity=Fidelity.CLOSE,
    ignored={"renorm_clipping", "renorm_momentum", "fused"},
)
def batch_normalization(
    x: Tensor,
    axis: Param = -1,
    momentum: Param = 0.99,
    epsilon: Param = 0.001,
    center: Param = True,
    scale: Param = True,
    renorm: Param = False,
    synchronized: Param = False,
) -> Tensor:
    """Torch's running variance is that of a sample, n/(n-1) times Keras's; inference is exact."""
    if not (center.is_const(True) and scale.is_const(True)):
        raise Unsupported("center or scale is off")
    module = nn(
        f"BatchNorm{max(x.rank - 2, 1)}d",
        x.channels,
        hint="batch_normalization",
        **unless(epsilon, 1e-5, eps=epsilon),
        **unless(share_of_new(momentum), 0.1, momentum=share_of_new(momentum)),
    )
    return x.to(module(x.code))


def share_of_new(momentum: Expr) -> Expr:
    """Torch's momentum: the share of the new value, not of the old."""
    rest = infix(1, "-", momentum)
    return _rounded(rest) if rest.known else rest


def _rounded(value: Expr) -> Expr:
    """A number without the noise of the last binary digits."""
    return expr(round(float(value.value), 12))
