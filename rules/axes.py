"""From Keras's axes to torch's dimensions."""

from __future__ import annotations

from collections.abc import Sequence

from transpiler.ir.expr import Arg, Expr, method, transposed
from transpiler.ir.tensor import Layout, Tensor, Unsupported


def dimension(x: Tensor, axis: Expr) -> Arg:
    """The torch dimension of one Keras axis, given as an argument."""
    if not axis.known:
        if x.layout is Layout.LAST or (x.dims is not None and len(x.dims) == 1):
            return axis
        raise Unsupported(f"axis={axis} is only known at run time, after channels were moved")
    if x.dims is None and x.layout is Layout.FIRST and axis.is_const(-1):
        return 1
    mapped = x.axis(int(axis.value))
    return axis if axis.is_const(mapped) else mapped


def last(x: Tensor) -> int:
    """The torch dimension of the channels."""
    if x.layout is Layout.FIRST and (x.dims is None or len(x.dims) > 1):
        return 1
    return -1


def by_channel(x: Tensor, values: Arg) -> Expr:
    """A list of one number a channel as a tensor that broadcasts against `x`."""
    made = method(x.code, "new_tensor", values)
    return made if last(x) == -1 else method(made, "view", -1, *(1,) * (x.rank - 2))


def in_keras_order(x: Tensor) -> Expr:
    """The code of a tensor, its axes put back into Keras's order."""
    if x.layout is not Layout.FIRST:
        return x.code
    if x.dims is None:
        return method(x.code, "movedim", 1, -1)
    if len(x.dims) == 1:
        return x.code
    if len(x.dims) == 2:
        return transposed(x.code)
    return method(x.code, "permute", 0, *range(2, x.rank), 1)


def spatial_dimensions(x: Tensor, count: int) -> Sequence[int]:
    """The torch dimensions between batch and channels."""
    start = 2 if x.layout is Layout.FIRST else 1
    return range(start, start + count)
