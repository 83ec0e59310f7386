"""Losses that are one number for a batch, of samples with weights: Keras 3 takes their mean."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import Input, Sequential, layers

rng = np.random.default_rng(0)
x = rng.normal(size=(36, 6))
y = (x.sum(1) > 0).astype("float32").reshape(-1, 1)
w = np.linspace(0, 1, 36)


{loss}


model = Sequential([Input((6,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
model.compile("sgd", loss={made}, metrics=["mae"])
history = model.fit(
    x, y, epochs=2, batch_size=8, shuffle=False, verbose=0, class_weight={{0: 1.0, 1: 2.0}},
    validation_data=(x, y)
).history
first, second = history["loss"], history["val_loss"]
score = model.evaluate(x, y, verbose=0)
other = model.evaluate(x, y, sample_weight=w, verbose=0)
"""
FUNCTION = """\
def error(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred))"""
CLASS = """\
class Error(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return tf.reduce_mean(tf.square(y_true - y_pred))"""


@pytest.mark.parametrize(("loss", "made"), [(FUNCTION, "error"), (CLASS, "Error()")])
def test_the_mean_of_the_weights_multiplies_them(loss: str, made: str, scripts: Scripts) -> None:
    text = PROGRAM.format(loss=loss, made=made)
    result = converted(text, Options(exact=True))
    assert "loss = criterion(targets, outputs) * weights.mean()\n" in result
    assert "(criterion(targets, outputs) * weights.mean()).item() * " in result
    apart = scripts.compare(text, result)
    assert {"first", "second", "score", "other"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("made", "keras"), [("Error()", "2"), ('Error(reduction="sum")', "3")], ids=["2", "sum"]
)
def test_others_are_said(made: str, keras: str) -> None:
    found = convert(PROGRAM.format(loss=CLASS, made=made), Options(keras=keras)).diagnostics
    said = [d.message for d in found if d.severity is Severity.ERROR]
    assert any("one number for a whole batch" in message for message in said), said
