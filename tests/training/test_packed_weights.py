"""Weights that torch keeps together: what clipping them by their norm changes is said."""

from __future__ import annotations

import pytest

from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x, y = np.random.rand(40, 5, 3), np.random.rand(40, 1)
m = keras.Sequential([keras.Input((5, 3)), layers.{layer}, layers.Dense(1)])
m.compile(keras.optimizers.SGD(0.1, clipnorm=0.01), "mse")
m.fit(x, y)
"""


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("GRU(4)", True),
        ("GRU(4, kernel_initializer='he_normal')", True),
        ("GRU(4, kernel_regularizer='l2', recurrent_initializer='he_normal')", True),
        ("LSTM(4, kernel_initializer='he_normal')", False),
    ],
)
def test_whatever_starts_or_marks_them(layer: str, said: bool) -> None:
    found = convert(PROGRAM.format(layer=layer)).diagnostics
    assert any("the biases of a GRU in two" in one.message for one in found) == said
