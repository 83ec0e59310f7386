"""The size of an axis that tensors share, where that of one is not known."""

from __future__ import annotations

import pytest

from rules.layers.merging import _broadcast
from rules.ops.operators import broadcast
from transpiler.ir.expr import Expr, expr
from transpiler.ir.tensor import Dim, Tensor


def tensor(*sizes: int | None) -> Tensor:
    dims = tuple(expr(size) if size is not None else None for size in sizes)
    return Tensor(Expr("x"), dims)


def values(dims: tuple[Dim, ...] | None) -> list[object] | None:
    return None if dims is None else [d.value if d is not None else None for d in dims]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [((1,), (None,), [None]), ((1,), (5,), [5]), ((None,), (5,), [5]), ((3, 1), (None,), [3, None]),
     ((1, 1), (1,), [1, 1])],
)  # fmt: skip
def test_a_size_of_one_tells_nothing_of_the_other(
    one: tuple[int | None, ...], other: tuple[int | None, ...], together: list[object]
) -> None:
    for pair in ((one, other), (other, one)):
        assert values(broadcast([tensor(*sizes) for sizes in pair]).dims) == together


def test_nor_does_a_merging_layer_know_it() -> None:
    unknown = Tensor(Expr("y"), None)
    assert values(_broadcast((tensor(3, 1), unknown))) == [3, None]
    assert values(_broadcast((unknown, tensor(3, 5)))) == [3, 5]
    assert _broadcast((unknown, unknown)) is None
