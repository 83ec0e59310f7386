"""Models without weights, of which torch's optimizers want some."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.rand(30, 4)
model = keras.Sequential([keras.Input((4,)), {layers}])
model.compile("sgd", "mse")
model.{asked}(x, x, verbose=0)
"""
NORM = "layers.BatchNormalization(center=False, scale=False)"


@pytest.mark.parametrize(
    ("layers", "asked", "wanted"),
    [
        ("layers.Lambda(lambda t: t * 2)", "evaluate", "it has no weights"),
        (f"{NORM}, layers.Dropout(0.1)", "evaluate", "it has no weights"),
        (f"{NORM}, layers.Dense(4, trainable=False)", "fit", "none of its weights is trainable"),
        ("layers.BatchNormalization()", "fit", ""),
        ("layers.PReLU()", "fit", ""),
        ("layers.Reshape((2, 2)), layers.GRU(4, reset_after=False)", "fit", ""),
    ],
)
def test_they_are_said(layers: str, asked: str, wanted: str) -> None:
    said = convert(PROGRAM.format(layers=layers, asked=asked)).diagnostics
    errors = [d.message for d in said if d.severity is Severity.ERROR]
    assert any(wanted in message for message in errors) if wanted else not errors, errors
