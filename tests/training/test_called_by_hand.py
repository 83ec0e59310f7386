"""Losses and metrics of a program's own that it also calls on arrays, and reads as such."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

SCRIPT = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K


def dice_coef(y_true, y_pred, smooth=1.0):
    inter = K.sum(y_true * y_pred, axis=-1)
    total = K.sum(y_true, axis=-1) + K.sum(y_pred, axis=-1)
    return K.mean((2.0 * inter + smooth) / (total + smooth))


def dice_loss(y_true, y_pred):
    return 1.0 - dice_coef(y_true, y_pred)


class Report(keras.callbacks.Callback):
    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(float(dice_coef(self.y, self.model.predict(self.x))))


def score(model, x, y):
    p = model.predict(x)
    total = 0.0
    for i in range(len(x)):
        total += dice_coef(y_true=y[i], y_pred=p[i], smooth=0.5).numpy()
    return total / len(x)


rng = np.random.RandomState(0)
x = rng.normal(size=(32, 4))
y = (rng.normal(size=(32, 3)) > 0) * 1.0
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="sigmoid")])
model.compile(optimizer="sgd", loss=dice_loss, metrics=[dice_coef])
report = Report(x, y)
history = model.fit(x, y, epochs=2, shuffle=False, callbacks=[report], verbose=0)
seen = report.seen
a = score(model, x, y)
"""
CALLS = {
    "numpy": ("dice_coef(y, model.predict(x)).numpy()", "(predict(model, x))).numpy()\n"),
    "float": ("float(dice_loss(y, np.round(model.predict(x))))", "b = float(dice_loss(torch."),
    "nothing": ("np.sqrt(dice_coef(y, x[:, :3]))", "torch.as_tensor(x[:, :3])).numpy())\n"),
    "in a list": ("np.mean([dice_coef(t, p) for t, p in zip(y, model.predict(x))])", ".numpy()"),
    "tensors": ("dice_coef(tf.constant(y), tf.cast(x[:, 1:], tf.float64)).numpy()",
                "    torch.as_tensor(y), torch.as_tensor(x[:, 1:], dtype=torch.float64)\n"),
    "eval": ("K.eval(dice_loss(y, x[:, 1:]))", "= dice_loss(torch.as_tensor(y), "),
    "backend": ("K.get_value(dice_loss(K.constant(y), x[:, 1:]))", "y, dtype=torch.float32)"),
}  # fmt: skip


@pytest.mark.parametrize("way", CALLS)
def test_what_is_called_on_arrays_gets_tensors(way: str, scripts: Scripts) -> None:
    call, expected = CALLS[way]
    text = f"{SCRIPT}b = {call}\n"
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert expected in made.text
    assert "y_true=torch.as_tensor(y[i]), y_pred=torch.as_tensor(p[i]), smooth=0.5" in made.text
    differences = scripts.compare(text, made.text)
    assert {"a", "b", "seen"} <= differences.keys()
    assert max(differences.values()) < 1e-9, differences


def test_a_call_that_is_written_anew_is_reported() -> None:
    made = convert(f"{SCRIPT}if dice_coef(y, model.predict(x)) > 0.9:\n    print(a)\n")
    (found,) = [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "`dice_coef` takes and gives tensors of torch now" in found.message
    assert found.line == SCRIPT.count("\n") + 1


def test_calls_within_losses_stay() -> None:
    made = convert(SCRIPT)
    assert "    return 1.0 - dice_coef(y_true, y_pred)\n" in made.text
