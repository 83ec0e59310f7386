"""Dropout and noise."""

from __future__ import annotations

from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.rule import Param, layer, nn, unless


@layer("Dropout", ignored={"seed"}, aliases={"p": "rate"})
def dropout(x: Tensor, rate: Param, noise_shape: Param = None) -> Tensor:
    """Drops the same fraction; the random stream differs."""
    if not noise_shape.is_const(None):
        raise Unsupported("noise_shape")
    return x.to(nn("Dropout", *unless(rate, 0.5, p=rate).values(), hint="dropout")(x.code))
