"""Losses of sequences as a whole, and of the embeddings of a batch together."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 9, 6))
rows = rng.normal(size=(40, 6))
kinds = rng.integers(0, 4, size=40)
alone = np.arange(40) // 3
labels = rng.integers(1, 5, size=(40, 3)) * (rng.random(size=(40, 3)) > 0.3)
labels = -np.sort(-labels, axis=1)
model = keras.Sequential([{layers}])
model.compile("sgd", {loss})
history = model.fit({data}, epochs=3, batch_size=16, verbose=0, validation_split=0.25{fit})
losses = np.array(history.history["loss"] + history.history["val_loss"])
"""
STEPS = "keras.Input((9, 6)), layers.Dense(5)"
EMBEDDINGS = "keras.Input((6,)), layers.Dense(5), layers.UnitNormalization()"


def program(loss: str, data: str, made: str = "", fit: str = "") -> str:
    given = made or (STEPS if data.startswith("x") else EMBEDDINGS)
    return PROGRAM.format(layers=given, loss=loss, data=data, fit=fit)


@pytest.mark.parametrize(
    ("loss", "data"),
    [
        ("keras.losses.CTC()", "x, labels"),
        ('"ctc"', "x, labels"),
        ("keras.losses.Circle()", "rows, kinds"),
        ("keras.losses.circle", "rows, kinds[:, None]"),
        ("keras.losses.Circle(gamma=16.0, margin=0.25)", "rows, alone"),
    ],
)
def test_trains_equally(loss: str, data: str, scripts: Scripts) -> None:
    text = program(loss, data)
    apart = scripts.compare(text, converted(text))
    assert "losses" in apart
    # TensorFlow computes CTC in float32
    assert max(apart.values()) < (1e-6 if "ctc" in loss.lower() else 1e-9), apart


@pytest.mark.parametrize(
    ("loss", "data", "made", "fit"),
    [
        ("keras.losses.Circle(remove_diagonal=False)", "rows, kinds", "", ""),
        ("keras.losses.Circle()", "x, kinds", "", ""),
        ('"ctc"', "x, labels", "keras.Input((9, 6)), layers.Dense(5, 'softmax')", ""),
        ('"ctc"', "x, labels", "", ", sample_weight=np.ones(40)"),
        ("keras.losses.CTC(reduction='sum')", "x, labels", "", ""),
    ],
)
def test_what_is_refused(loss: str, data: str, made: str, fit: str) -> None:
    found = convert(program(loss, data, made, fit)).diagnostics
    assert [d for d in found if d.severity is Severity.ERROR and "compile" in d.message]
