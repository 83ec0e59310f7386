"""Layers that merge several tensors into one."""

from __future__ import annotations

from collections.abc import Sequence

from rules.axes import dimension
from transpiler.ir.expr import call, infix
from transpiler.ir.tensor import Tensor, total
from transpiler.rule import Param, layer


@layer("Add", functional="add", merges=True)
def add(xs: Sequence[Tensor]) -> Tensor:
    """Operators broadcast as Keras does where all ranks are equal."""
    return _folded(xs, "+")


def _folded(xs: Sequence[Tensor], operator: str) -> Tensor:
    result = xs[0].code
    for x in xs[1:]:
        result = infix(result, operator, x.code)
    return xs[0].to(result)


@layer("Concatenate", functional="concatenate", merges=True)
def concatenate(xs: Sequence[Tensor], axis: Param = -1) -> Tensor:
    """Along torch's dimension of the axis."""
    first = xs[0]
    code = call("torch.cat", [x.code for x in xs], dim=dimension(first, axis))
    if first.dims is None:
        return first.with_channels(code, total(tuple(x.channels for x in xs)))
    at = axis.value % first.rank - 1
    dims = list(first.dims)
    dims[at] = total(tuple(x.dims[at] if x.dims else None for x in xs))
    return first.to(code, tuple(dims))
