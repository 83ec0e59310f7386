"""Pooling against Keras, in float64."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.rules.layer_harness import RANDOM, check, given_tensor, translate, unknown
from tests.rules.rnn_harness import build, model_of
from transpiler.ir.tensor import Layout, Unsupported

ALL = ("pool_size", "strides", "padding")
SHAPES = {1: (9, 4), 2: (8, 7, 4), 3: (5, 6, 4, 4)}
PRECISION = {1: "float64", 2: "float64", 3: "float32"}  # TensorFlow pools volumes so only
LAYOUTS = [Layout.FIRST, Layout.LAST]


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["Max", "Average"]),
    count=st.integers(1, 3),
    size=st.lists(st.integers(1, 4), min_size=3, max_size=3),
    strides=st.none() | st.lists(st.integers(1, 4), min_size=3, max_size=3),
    padding=st.sampled_from(["valid", "same", "SAME"]),
    hidden=st.booleans(),
    sizes=st.sampled_from(["all", "channels", "named", "no rank"]),
    extra=st.integers(0, 3),
)
def test_any_pool(
    kind: str,
    count: int,
    size: list[int],
    strides: list[int] | None,
    padding: str,
    hidden: bool,
    sizes: str,
    extra: int,
) -> None:
    gaps = strides is not None and any(k < s for k, s in zip(size, strides, strict=True))
    assume(not (count == 3 and gaps and padding != "valid"))
    shape = (*(7 + extra + i for i in range(count)), 2)
    values = RANDOM.permutation(3 * math.prod(shape)) / 1024  # no ties, in float32 either
    check(
        f"{kind}Pooling{count}D",
        [shape],
        inputs=[values.reshape(3, *shape)],
        sizes=sizes,
        hidden=ALL if hidden else (),
        pool_size=tuple(size[:count]),
        strides=None if strides is None else tuple(strides[:count]),
        padding=padding,
        precision=PRECISION[count],
        tolerance=1e-5 if count == 3 else 1e-9,
    )


@pytest.mark.parametrize("kind", ["Max", "Average"])
@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("stride", [None, 1, 2, 3])
@pytest.mark.parametrize("length", [8, 9, 10, 11])
@pytest.mark.parametrize("sizes", ["all", "channels"])
def test_same(kind: str, size: int, stride: int | None, length: int, sizes: str) -> None:
    check(
        f"{kind}Pooling1D",
        [(length, 2)],
        sizes=sizes,
        pool_size=size,
        strides=stride,
        padding="same",
    )


@pytest.mark.parametrize("kind", ["Max", "Average"])
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("sizes", ["all", "channels"])
def test_global(kind: str, count: int, keepdims: bool, layout: Layout, sizes: str) -> None:
    name = f"Global{kind}Pooling{count}D"
    check(name, [SHAPES[count]], layout=layout, sizes=sizes, keepdims=keepdims)


@pytest.mark.parametrize("kind", ["Max", "Average"])
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_global_over_all_but_the_first_axis(
    kind: str, count: int, keepdims: bool, layout: Layout
) -> None:
    name, options = f"Global{kind}Pooling{count}D", {"data_format": "channels_first"}
    check(name, [SHAPES[count]], layout=layout, keepdims=keepdims, **options)


@pytest.mark.parametrize("kind", ["Max", "Average"])
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("hidden", [(), ("output_size",)])
def test_adaptive(kind: str, count: int, hidden: Any) -> None:
    check(
        f"Adaptive{kind}Pooling{count}D",
        [SHAPES[count]],
        hidden=hidden,
        output_size=2,
        precision=PRECISION[count],
        tolerance=1e-5,
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("keepdims", [False, True])
def test_masked_mean(layout: Layout, keepdims: bool) -> None:
    x, mask = RANDOM.normal(size=(3, 5, 2)), RANDOM.random((3, 5)) > 0.4
    mask[:, 0] = True
    layer = keras.layers.GlobalAveragePooling1D(keepdims=keepdims, dtype="float64")
    given_x = given_tensor("x0", (5, 2), layout, "all", "float64")
    masked = type(given_x)(
        given_x.code, given_x.dims, given_x.layout, given_x.dtype, None, unknown("mask")
    )
    built = build("GlobalAveragePooling1D", masked, {"keepdims": keepdims})
    (out,) = model_of(built, ("x0", "mask"))(torch.as_tensor(x), torch.as_tensor(mask))
    np.testing.assert_allclose(out.numpy(), layer(x, mask=mask).numpy(), atol=1e-12)
    assert built.mask is None


def test_what_is_refused() -> None:
    gaps = {"pool_size": 1, "strides": (1, 4, 1), "padding": "same"}
    with pytest.raises(Unsupported):
        translate("MaxPooling3D", [(7, 8, 9, 2)], gaps)
    with pytest.raises(Unsupported):
        translate("MaxPooling2D", [(5, 5, 2)], {"data_format": "channels_first"})
    with pytest.raises(Unsupported):
        translate("GlobalMaxPooling2D", [(5, 5, 2)], {"keepdims": True}, hidden=("keepdims",))
