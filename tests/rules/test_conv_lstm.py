"""Convolutional LSTMs against Keras: outputs, states, gradients."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.layer_harness import check, translate
from transpiler.ir.tensor import Unsupported

SHAPES = {1: (4, 6, 2), 2: (3, 6, 5, 2), 3: (3, 5, 4, 6, 2)}

OPTIONS: list[dict[str, Any]] = [
    {"kernel_size": 3},
    {"kernel_size": 3, "padding": "same", "return_sequences": True},
    {"kernel_size": 2, "padding": "same", "go_backwards": True},
    {"kernel_size": 3, "padding": "same", "strides": 2, "return_sequences": True},
    {"kernel_size": 2, "strides": 2},
    {"kernel_size": 2, "padding": "same", "dilation_rate": 2, "use_bias": False},
    {"kernel_size": 2, "activation": "relu", "recurrent_activation": "hard_sigmoid"},
    {"kernel_size": 2, "activation": "softmax", "recurrent_activation": None},
]


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("options", OPTIONS)
def test_conv_lstm(count: int, options: dict[str, Any]) -> None:
    given = {"recurrent_activation": "sigmoid", **options}
    hard = given["recurrent_activation"] == "hard_sigmoid"  # a constant of Keras is in float32
    tolerance = 1e-5 if hard else 1e-9
    check(f"ConvLSTM{count}D", [SHAPES[count]], filters=3, tolerance=tolerance, **given)


def test_kernels_that_are_not_square() -> None:
    check("ConvLSTM2D", [SHAPES[2]], filters=3, kernel_size=(3, 2), strides=(1, 2), padding="same",
          recurrent_activation="sigmoid")  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [{"dropout": 0.2}, {"recurrent_dropout": 0.2}, {"stateful": True}, {"padding": "causal"}],
)
def test_refused(options: dict[str, Any]) -> None:
    with pytest.raises(Unsupported):
        translate("ConvLSTM2D", [SHAPES[2]], {"filters": 3, "kernel_size": 3, **options})
