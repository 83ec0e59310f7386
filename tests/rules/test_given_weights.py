"""Layers that start from arrays: the axes of torch's weights come in another order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.initializers import Constant

rng = np.random.default_rng(0)
"""


def kernels(**shapes: tuple[int, ...]) -> str:
    return "".join(f"{name} = rng.normal(size={shape})\n" for name, shape in shapes.items())


CASES = [
    ((4,), "Dense(4, kernel_initializer=Constant(kernel))", {"kernel": (4, 4)}),
    ((4,), "Dense(4, kernel_initializer=Constant(kernel.tolist()))", {"kernel": (4, 4)}),
    ((4,), "Dense(4, bias_initializer=Constant(bias))", {"bias": (4,)}),
    ((3, 4), "Dense(4, kernel_initializer=Constant(kernel))", {"kernel": (4, 4)}),
    ((6, 3), "Conv1D(3, 3, kernel_initializer=Constant(kernel))", {"kernel": (3, 3, 3)}),
    ((6, 6, 3), "Conv2D(3, 3, kernel_initializer=Constant(kernel))", {"kernel": (3, 3, 3, 3)}),
    (
        (5, 5, 3),
        "Conv2DTranspose(3, 3, kernel_initializer=Constant(kernel))",
        {"kernel": (3, 3, 3, 3)},
    ),
    (
        (5, 3),
        "LSTM(3, kernel_initializer=Constant(a), recurrent_initializer=Constant(b))",
        {"a": (3, 12), "b": (3, 12)},
    ),
    (
        (5, 3),
        "SimpleRNN(3, kernel_initializer=Constant(a), recurrent_initializer=Constant(b))",
        {"a": (3, 3), "b": (3, 3)},
    ),
    ((4,), "BatchNormalization(moving_mean_initializer=Constant(mean))", {"mean": (4,)}),
]


def program(shape: tuple[int, ...], layer: str, arrays: dict[str, tuple[int, ...]]) -> str:
    made = f"model = keras.Sequential([keras.Input({shape}), layers.{layer}])\n"
    return HEAD + kernels(**arrays) + f"x = rng.normal(size=(2, *{shape})).astype('f')\n" + made


def outputs(text: str, torch_side: bool) -> np.ndarray[Any, Any]:
    names: dict[str, Any] = {}
    exec(text, names)
    if torch_side:
        import torch

        names["model"].eval()
        with torch.no_grad():
            found: np.ndarray[Any, Any] = names["model"](torch.as_tensor(names["x"])).numpy()
        return found
    return np.asarray(names["model"](names["x"]))


def converted(text: str) -> str:
    conversion = convert(text)
    assert not [d for d in conversion.diagnostics if d.severity.name == "ERROR"]
    return conversion.text


@pytest.mark.parametrize(("shape", "layer", "arrays"), CASES, ids=lambda c: str(c)[:30])
def test_an_array_fills_the_weight_as_in_keras(
    shape: tuple[int, ...], layer: str, arrays: dict[str, tuple[int, ...]]
) -> None:
    text = program(shape, layer, arrays)
    both = outputs(text, False), outputs(converted(text), True)
    if "bias_" in layer or "moving" in layer:  # the rest is drawn
        assert f"constant_(w, {next(iter(arrays))})" in converted(text)
    else:
        assert np.allclose(*both, atol=1e-5)


@pytest.mark.parametrize(("shape", "layer", "arrays"), CASES, ids=lambda c: str(c)[:30])
def test_weights_are_initializers(
    shape: tuple[int, ...], layer: str, arrays: dict[str, tuple[int, ...]]
) -> None:
    """`weights=[...]` of older Keras means the same."""
    name, _, rest = layer.partition("(")
    if name == "BatchNormalization" or "bias_" in rest:
        return
    bias = ", use_bias=False"
    with_initializers = f"{layer[:-1]}{bias})"
    units = rest.split(", kernel")[0]
    given = "kernel" if "kernel" in arrays else "a, b"
    older = f"{name}({units}, weights=[{given}]{bias})"
    texts = [converted(program(shape, one, arrays)) for one in (with_initializers, older)]
    if "tolist" not in layer:
        assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        ((5, 3), "GRU(3, kernel_initializer=Constant(a))"),
        ((6, 6, 3), "DepthwiseConv2D(3, depthwise_initializer=Constant(a))"),
        ((6, 6, 3), "SeparableConv2D(3, 3, pointwise_initializer=Constant(a))"),
        ((5, 3), "GRU(3, weights=[a, a, a])"),
    ],
)
def test_arrays_of_other_orders_are_refused(shape: tuple[int, ...], layer: str) -> None:
    conversion = convert(program(shape, layer, {"a": (3, 9)}))
    assert any(d.severity.name == "ERROR" for d in conversion.diagnostics)
