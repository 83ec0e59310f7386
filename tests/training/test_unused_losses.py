"""Losses and metrics of a script that nothing uses: functions of such tensors as its loss gets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.training.programs import of_file
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

FUNCTIONS = """\
import numpy as np
import tensorflow as tf
import tensorflow.keras.backend as K
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 2)


def rmse(y_true, y_pred):
    return K.sqrt(K.mean(K.square(y_true - y_pred), axis=-1))


def dice(y_true, y_pred, smooth=1.0):
    both = K.sum(K.flatten(y_true) * K.flatten(y_pred))
    return (2.0 * both + smooth) / (K.sum(y_true) + K.sum(y_pred) + smooth)


def dice_loss(y_true, y_pred):
    return 1 - dice(y_true, y_pred)


def focal(gamma=2.0):
    def loss(y_true, y_pred):
        return tf.reduce_mean(tf.pow(1 - y_pred, gamma) * tf.square(y_true - y_pred), axis=-1)

    return loss


"""
TRAINS = """\
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
model.compile("sgd", LOSS)
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
"""
#: What the original makes of two arrays, and what the converted script does.
ASKED = """\
a, b = np.random.RandomState(2).rand(5, 2), np.random.RandomState(3).rand(5, 2)
given = [np.mean(f(tf.constant(a), tf.constant(b)).numpy()) for f in (rmse, dice_loss, focal(1.5))]
"""


@pytest.mark.parametrize("loss", ['"mse"', "keras.losses.Huber()"])
def test_they_compute_the_same(loss: str, scripts: Scripts) -> None:
    program = FUNCTIONS + TRAINS.replace("LOSS", loss)
    made = convert(program)
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    said = [d.message for d in made.diagnostics]
    for name in ("rmse", "dice", "dice_loss", "focal"):
        assert any(f"`{name}`, which nothing uses" in message for message in said)
    torch = ASKED.replace("tf.constant", "torch.tensor")
    expected = scripts.original(program + ASKED)
    found = scripts.replayed(made.text + torch, expected)
    assert not found.reason
    np.testing.assert_allclose(found.values["given"], expected.values["given"], rtol=1e-12)


LEFT = {
    "axes": ("K.square(y_true - y_pred), axis=-1", "K.square(y_true - y_pred), axis=[1, 2, 3]"),
    "names": ("rmse(y_true, y_pred)", "rmse(y_true, images)"),
    "called": ("model = ", "print(rmse(x, x))\nmodel = "),
}


@pytest.mark.parametrize("why", LEFT)
def test_others_are_left(why: str) -> None:
    program = FUNCTIONS + TRAINS.replace("LOSS", '"mse"')
    said = convert(program.replace(*LEFT[why])).diagnostics
    assert not any("`rmse`, which nothing uses" in d.message for d in said)


TABLE = """\
LOSSES = {"rmse": rmse, "mae": "mae"}
CONFIG = {"loss": "rmse"}


def train(cfg):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
    model.compile("sgd", LOSSES[cfg["loss"]])
    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history


"""


def test_a_table_of_losses_is_looked_into(scripts: Scripts, tmp_path: Path) -> None:
    program = FUNCTIONS + TABLE + "history = train(CONFIG)\n"
    text, errors, _ = of_file(program, tmp_path)
    assert not errors
    apart = scripts.compare(program, text)
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


def test_a_table_of_losses_is_no_name_of_one(tmp_path: Path) -> None:
    program = FUNCTIONS + TABLE + "CONFIG['loss'] = read()\nhistory = train(CONFIG)\n"
    _, errors, _ = of_file(program, tmp_path)
    assert any("may be a loss, or the name of one" in message for message in errors)
