"""Layers that move values, against Keras."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.layer_harness import check, translate
from transpiler.ir.tensor import Layout, Unsupported

SHAPES = {1: (9, 4), 2: (8, 7, 4), 3: (5, 6, 5, 4)}
LAYOUTS = [Layout.FIRST, Layout.LAST]
SIZES = ["all", "channels", "named", "no rank"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("shape", [(4,), (5, 4), (1, 1, 4), (3, 2, 4), (3, 2, 1), (2, 3, 2, 4)])
def test_flatten(layout: Layout, sizes: str, shape: tuple[int, ...]) -> None:
    check("Flatten", [shape], layout=layout, sizes=sizes)
    if sizes != "no rank":
        check("Flatten", [shape], layout=layout, sizes=sizes, data_format="channels_first")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("hidden", [(), ("target_shape",)])
@pytest.mark.parametrize("shape", [(24,), (6, 4), (2, 3, 4)])
@pytest.mark.parametrize(
    "target", [(24,), (-1,), (4, 6), (-1, 3), (2, -1, 2), (3, 4, 2), (2, 3, 2, 2)]
)
def test_reshape(
    layout: Layout, sizes: str, hidden: Any, shape: tuple[int, ...], target: tuple[int, ...]
) -> None:
    if len(shape) == 1 and sizes == "no rank":
        pytest.skip("a vector has no channels to move")
    check("Reshape", [shape], layout=layout, sizes=sizes, hidden=hidden, target_shape=target)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("shape", "dims"),
    [((5, 4), (2, 1)), ((5, 4), (1, 2)), ((3, 2, 4), (3, 1, 2)), ((3, 2, 4), (2, 3, 1)),
     ((3, 2, 4, 5), (4, 2, 1, 3)), ((4,), (1,))],
)  # fmt: skip
def test_permute(layout: Layout, shape: tuple[int, ...], dims: tuple[int, ...]) -> None:
    for sizes in ("all", "named"):
        check("Permute", [shape], layout=layout, sizes=sizes, dims=dims)


def test_repeat_vector() -> None:
    for hidden in ((), ("n",)):
        check("RepeatVector", [(4,)], hidden=hidden, n=3)
    check("RepeatVector", [(4,)], sizes="no rank", n=3)


amounts = st.integers(0, 2)
pairs = st.tuples(amounts, amounts)


@settings(max_examples=80, deadline=None)
@given(
    kind=st.sampled_from(["ZeroPadding", "Cropping"]),
    count=st.integers(1, 3),
    given_as=st.sampled_from(["one", "each", "pairs"]),
    each=st.lists(pairs, min_size=3, max_size=3),
    layout=st.sampled_from(LAYOUTS),
    sizes=st.sampled_from(SIZES),
    hidden=st.booleans(),
)
def test_padding_and_cropping(
    kind: str,
    count: int,
    given_as: str,
    each: list[tuple[int, int]],
    layout: Layout,
    sizes: str,
    hidden: bool,
) -> None:
    amount: Any = {
        "one": each[0][0],
        "each": tuple(a for a, _ in each[:count]) if count > 1 else each[0],
        "pairs": tuple(each[:count]) if count > 1 else each[0],
    }[given_as]
    name = "padding" if kind == "ZeroPadding" else "cropping"
    layout = Layout.FIRST if hidden else layout
    check(
        f"{kind}{count}D",
        [SHAPES[count]],
        layout=layout,
        sizes=sizes,
        hidden=(name,) if hidden else (),
        **{name: amount},
    )


@pytest.mark.parametrize("hidden", [(), ("size", "interpolation")])
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_up_sampling(hidden: Any, sizes: str, layout: Layout) -> None:
    check("UpSampling1D", [SHAPES[1]], layout=layout, sizes=sizes, hidden=hidden, size=3)
    for size in (2, (2, 3)):
        check("UpSampling2D", [SHAPES[2]], sizes=sizes, hidden=hidden, size=size)
        check(
            "UpSampling2D",
            [SHAPES[2]],
            sizes=sizes,
            hidden=hidden,
            size=size,
            interpolation="bilinear",
            tolerance=1e-5,
        )
    check("UpSampling3D", [SHAPES[3]], sizes=sizes, hidden=hidden, size=(1, 2, 3))


def test_what_is_refused() -> None:
    with pytest.raises(Unsupported):
        translate("UpSampling2D", [(4, 4, 2)], {"interpolation": "bicubic"})
    with pytest.raises(Unsupported):
        translate("Permute", [(4, 2)], {"dims": (2, 1)}, hidden=("dims",))
    with pytest.raises(Unsupported):
        translate("Flatten", [(4, 2)], {"data_format": None}, hidden=("data_format",))
