"""Merging layers against Keras."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.layer_harness import check, translate
from transpiler.ir.tensor import Layout, Unsupported

LAYOUTS = [Layout.FIRST, Layout.LAST]
ELEMENTWISE = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("sizes", ["all", "channels", "named", "no rank"])
@pytest.mark.parametrize(
    "shapes",
    [[(4,), (4,)], [(5, 4), (5, 4)], [(3, 2, 4), (3, 2, 4)], [(3, 2, 4), (1, 1, 4)],
     [(3, 2, 4), (3, 2, 1)], [(1, 4), (5, 4), (5, 1)]],
)  # fmt: skip
def test_elementwise(name: str, layout: Layout, sizes: str, shapes: Any) -> None:
    if name == "Subtract":
        shapes = shapes[:2]
    if sizes == "named" and shapes[0][0] == 1:
        pytest.skip("nobody can see which of two named sizes is 1")
    check(name, shapes, layout=layout, sizes=sizes)


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("shapes", [[(4,), (5, 4)], [(3, 2, 4), (4,)], [(2, 4), (3, 2, 4)]])
def test_different_ranks(name: str, shapes: Any) -> None:
    check(name, shapes)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("sizes", ["all", "channels", "named", "no rank"])
@pytest.mark.parametrize("axis", [-1, 1, 2, 3, -2])
def test_concatenate(layout: Layout, sizes: str, axis: int) -> None:
    shapes = [[3, 2, 4], [3, 2, 4], [3, 2, 4]]
    shapes[1][axis - 1 if axis > 0 else axis] = 5
    if sizes == "no rank" and axis != -1:
        return
    check("Concatenate", [tuple(s) for s in shapes], layout=layout, sizes=sizes, axis=axis)


def test_concatenate_along_an_unknown_axis() -> None:
    check("Concatenate", [(3, 4), (3, 4)], hidden=("axis",), axis=1)
    shapes = [(3, 3, 4), (3, 3, 4)]
    with pytest.raises(Unsupported):
        translate("Concatenate", shapes, {"axis": 1}, layout=Layout.FIRST, hidden=("axis",))


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize(
    ("shapes", "axes"),
    [([(4,), (4,)], 1), ([(4,), (4,)], -1), ([(5, 4), (3, 4)], 2), ([(5, 4), (3, 4)], -1),
     ([(5, 4), (5, 3)], 1), ([(5, 4), (4, 3)], (2, 1)), ([(4,), (4, 3)], (1, 1)),
     ([(5, 4), (4,)], (2, 1)), ([(2, 3, 4), (4, 5)], (3, 1)), ([(2, 3, 4), (6, 3, 5)], (2, 2))],
)  # fmt: skip
def test_dot(shapes: Any, axes: Any, normalize: bool) -> None:
    check("Dot", shapes, axes=axes, normalize=normalize, tolerance=1e-8)


def test_old_merge() -> None:
    for mode in ("sum", "mul", "ave", "max", "concat", "dot", "cos"):
        translate("Merge", [(4,), (4,)], {"mode": mode})
    with pytest.raises(Unsupported):
        translate("Merge", [(4,), (4,)], {"mode": "other"})
