"""Convolutions against Keras, in float64."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.layer_harness import check, translate
from transpiler.ir.tensor import Unsupported
from transpiler.options import Options
from transpiler.pipeline import convert

ALL = ("filters", "kernel_size", "strides", "padding", "use_bias", "dilation_rate", "groups")
SHAPES = {1: (9, 4), 2: (8, 7, 4), 3: (5, 6, 4, 4)}


@pytest.mark.sample(3)
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("sizes", ["all", "channels", "named", "no rank"])
@pytest.mark.parametrize("hidden", [(), ALL, ("padding",), ("kernel_size",), ("strides",)])
@pytest.mark.parametrize("padding", ["valid", "same", "SAME"])
@pytest.mark.parametrize("stride", [1, 2])
def test_conv(count: int, sizes: str, hidden: Any, padding: str, stride: int) -> None:
    check(
        f"Conv{count}D",
        [SHAPES[count]],
        sizes=sizes,
        hidden=hidden,
        filters=6,
        kernel_size=3,
        strides=stride,
        padding=padding,
    )


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 3),
    kernel=st.lists(st.integers(1, 4), min_size=3, max_size=3),
    strides=st.lists(st.integers(1, 3), min_size=3, max_size=3),
    dilation=st.integers(1, 2),
    padding=st.sampled_from(["valid", "same", "causal"]),
    use_bias=st.booleans(),
    hidden=st.booleans(),
    sizes=st.sampled_from(["all", "channels", "named", "no rank"]),
    extra=st.integers(0, 3),
)
def test_any_conv(
    count: int,
    kernel: list[int],
    strides: list[int],
    dilation: int,
    padding: str,
    use_bias: bool,
    hidden: bool,
    sizes: str,
    extra: int,
) -> None:
    if padding == "causal" and count > 1:
        padding = "same"
    if max(strides[:count]) > 1:
        dilation = 1
    if count == 3 and padding == "same":
        # TensorFlow's kernel for float64 starts elsewhere there than the one for float32
        strides = [min(pair) for pair in zip(strides, kernel, strict=True)]
    shape = (*(8 + extra + i for i in range(count)), 2)
    check(
        f"Conv{count}D",
        [shape],
        sizes=sizes,
        hidden=ALL if hidden else (),
        filters=3,
        kernel_size=tuple(kernel[:count]),
        strides=tuple(strides[:count]),
        dilation_rate=dilation,
        padding=padding,
        use_bias=use_bias,
    )


@pytest.mark.sample(3)
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("kind", ["DepthwiseConv", "SeparableConv"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("multiplier", [1, 3])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("hidden", [(), (*ALL, "depth_multiplier")])
@pytest.mark.parametrize("sizes", ["all", "channels", "named"])
def test_depthwise(
    count: int, kind: str, padding: str, multiplier: int, stride: int, hidden: Any, sizes: str
) -> None:
    filters = {"filters": 5} if kind == "SeparableConv" else {}
    check(
        f"{kind}{count}D",
        [SHAPES[count]],
        sizes=sizes,
        hidden=hidden,
        kernel_size=3,
        strides=stride,
        padding=padding,
        depth_multiplier=multiplier,
        **filters,
    )


def test_groups() -> None:
    for hidden in ((), ALL):
        check("Conv2D", [(6, 6, 4)], hidden=hidden, filters=6, kernel_size=2, groups=2)


CASES = list(itertools.product([1, 2, 3, 4, 5], [1, 2, 3], ["valid", "same"]))


@pytest.mark.sample(3)
@pytest.mark.parametrize(("kernel", "stride", "padding"), CASES)
@pytest.mark.parametrize("hidden", [(), ALL])
@pytest.mark.parametrize("count", [1, 2])
def test_transposed(kernel: int, stride: int, padding: str, hidden: Any, count: int) -> None:
    check(
        f"Conv{count}DTranspose",
        [SHAPES[count]],
        sizes="named",
        hidden=hidden,
        filters=3,
        kernel_size=kernel,
        strides=stride,
        padding=padding,
    )


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("kernel", "stride", "more"), [(3, 2, 1), (3, 2, 0), (5, 3, 1), (4, 3, 2)])
def test_transposed_with_output_padding(kernel: int, stride: int, more: int, padding: str) -> None:
    check(
        "Conv2DTranspose",
        [(5, 6, 2)],
        filters=3,
        kernel_size=kernel,
        strides=stride,
        padding=padding,
        output_padding=more,
    )


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("kernel", "stride", "more"),
    [(3, 2, 1), (3, 2, 0), (5, 3, 1), (4, 3, 2), (2, 3, None), (4, 2, None), ((3, 5), 3, (1, 0))],
)
@pytest.mark.parametrize("use_bias", [True, False])
def test_transposed_with_output_padding_at_run_time(
    kernel: Any, stride: int, more: Any, padding: str, use_bias: bool
) -> None:
    for hidden in ((*ALL, "output_padding"), ("output_padding",), ("padding", "output_padding")):
        check(
            "Conv2DTranspose",
            [(5, 6, 2)],
            hidden=hidden,
            filters=3,
            kernel_size=kernel,
            strides=stride,
            padding=padding,
            output_padding=more,
            use_bias=use_bias,
        )


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_transposed_in_three_dimensions(padding: str) -> None:
    check("Conv3DTranspose", [(3, 4, 3, 2)], filters=3, kernel_size=3, strides=2, padding=padding)
    check("Conv3DTranspose", [(3, 4, 3, 2)], filters=3, kernel_size=(2, 3, 1), padding=padding)


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_transposed_with_other_sizes_on_each_axis(padding: str) -> None:
    for hidden in ((), ALL):
        check(
            "Conv2DTranspose",
            [(4, 5, 2)],
            hidden=hidden,
            filters=3,
            kernel_size=(2, 5),
            strides=(3, 2),
            padding=padding,
        )


def test_what_is_refused() -> None:
    for more in ({"data_format": "channels_first"}, {"padding": "causal"}):
        with pytest.raises(Unsupported):
            translate("Conv2D", [(5, 5, 2)], {"filters": 2, "kernel_size": 3, **more})


def test_keras2_does_not_dilate_volumes() -> None:
    """It takes the argument of a transposed convolution, and does not look at it."""
    text = (
        "from tensorflow import keras\n"
        "x = keras.Input((4, 4, 3, 2))\n"
        "model = keras.Model(x, keras.layers.Conv3DTranspose(3, 2, dilation_rate=2)(x))\n"
    )
    made = {keras: convert(text, Options(keras=keras)).text for keras in ("2", "3")}
    assert "dilation=2" not in made["2"]
    assert "dilation=2" in made["3"]
