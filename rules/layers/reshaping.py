"""Layers that move and copy values, and compute nothing."""

from __future__ import annotations

from dataclasses import replace

from rules.axes import in_keras_order
from rules.layers.windows import channels_last, padded, spatial
from transpiler.ir.expr import Expr, expr, method
from transpiler.ir.tensor import Layout, Tensor, Unsupported, product, total
from transpiler.rule import Param, layer


@layer("Flatten", ignored={"data_format"})
def flatten(x: Tensor) -> Tensor:
    """In Keras's order, so that the weights of a Dense layer behind it fit."""
    if x.dims is not None and len(x.dims) == 1:
        return replace(x, mask=None)
    if x.dims is not None and not x.dims:
        return replace(x.to(method(x.code, "unsqueeze", 1), (expr(1),)), mask=None)
    code = x.code if _is_flat(x) else in_keras_order(x)
    size = None if x.dims is None else product(x.dims)
    return Tensor(method(code, "flatten", 1), (size,), dtype=x.dtype)


def _is_flat(x: Tensor) -> bool:
    """Whether the order of axes makes no difference."""
    if x.dims is None:
        return False
    one = [d is not None and d.is_const(1) for d in x.dims]
    return all(one[:-1]) or one[-1]


@layer("ZeroPadding2D", layout=Layout.FIRST)
def zero_padding2d(x: Tensor, padding: Param = (1, 1), data_format: Param = None) -> Tensor:
    """Torch takes the last axis first."""
    return _zero_padding(x, padding, data_format, 2)


def _zero_padding(x: Tensor, padding: Expr, data_format: Expr, count: int) -> Tensor:
    channels_last(data_format)
    amounts = _amounts(padding, count)
    code = padded(x.code, amounts)
    if x.dims is None:
        return replace(x.to(code), mask=None)
    shape = tuple(
        total((size, before, after))
        for size, (before, after) in zip(spatial(x, count), amounts, strict=True)
    )
    return replace(x.to(code, (*shape, x.dims[-1])), mask=None)


def _amounts(given: Expr, count: int) -> tuple[tuple[Expr, Expr], ...]:
    """`1`, `(1, 2)` or `((1, 1), (2, 2))` as amounts before and after each axis."""
    if given.items is None:
        if given.known and not isinstance(given.value, (tuple, list)):
            return ((given, given),) * count
        raise Unsupported(f"the amounts {given} are only known at run time")
    if count == 1:
        return ((given.items[0], given.items[-1]),)
    return tuple(
        (axis.items[0], axis.items[1]) if axis.items else (axis, axis) for axis in given.items
    )
