"""Weights of the model that callbacks of the program's own take, average and set."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x, y = np.random.RandomState(0).rand(48, 6), np.random.RandomState(1).rand(48, 1)


class Average(keras.callbacks.Callback):
    def __init__(self, start):
        super().__init__()
        self.start = start

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.start:
            self.average = self.model.get_weights()
        elif epoch > self.start:
            count = epoch - self.start
            weights = self.model.get_weights()
            self.average = [
                (a * count + w) / (count + 1) for a, w in zip(self.average, weights)
            ]

    def on_train_end(self, logs=None):
        self.model.set_weights(self.average)


class Moving(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.averages = self.model.get_weights()

    def on_train_batch_end(self, batch, logs=None):
        weights = self.model.get_weights()
        self.averages = [0.9 * a + 0.1 * w for a, w in zip(self.averages, weights)]

    def on_test_begin(self, logs=None):
        self.kept = self.model.get_weights()
        self.model.set_weights(self.averages)

    def on_test_end(self, logs=None):
        self.model.set_weights(self.kept)


class Decay(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.set_weights([0.99 * weight for weight in self.model.get_weights()])


model = keras.Sequential(LAYERS)
model.compile("adam", "mse")
history = model.fit(
    x, y, batch_size=16, epochs=4, shuffle=False, verbose=0, validation_split=0.25,
    callbacks=[Average(1), Moving(), Decay()],
)
losses, tested = history.history["loss"], history.history["val_loss"]
"""
FLAT = "[layers.Input((6,)), layers.Dense(1)]"
HIDDEN = 'layers.Dense(8, activation="tanh"), layers.BatchNormalization(), layers.Dense(1)'
DEEP = FLAT.replace("layers.Dense(1)", HIDDEN)


@pytest.mark.parametrize("made", [DEEP, FLAT])
def test_they_are_arrays_in_the_order_of_keras(made: str, scripts: Scripts) -> None:
    text = PROGRAM.replace("LAYERS", made)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "tested"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_what_is_only_set_back_is_no_array() -> None:
    text = converted(PROGRAM.replace("LAYERS", FLAT))
    assert "self.kept = copy.deepcopy(self.model.state_dict())\n" in text
    assert "self.model.load_state_dict(self.kept)\n" in text
    assert "for weight, array in zip(" in text


def test_a_model_whose_order_is_not_known_is_refused() -> None:
    text = PROGRAM.replace(
        "model = keras.Sequential(LAYERS)",
        "a = keras.Input((6,))\nboth = [layers.Dense(1)(a), layers.Dense(1)(a)]\n"
        "model = keras.Model(a, layers.Add()(both))",
    )
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)


SAVED = """\
class Best(keras.callbacks.Callback):
    def __init__(self, path):
        super().__init__()
        self.path = path

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            self.model.save_weights(self.path)

    def on_train_end(self, logs=None):
        self.model.load_weights(self.path)


model ="""


def saving(path: str) -> str:
    text = PROGRAM.replace("LAYERS", FLAT).replace("model =", SAVED, 1)
    text = text.replace("[Average(1), Moving(), Decay()]", f'[Best("{path}")]')
    begin, end = text.index("class Average"), text.index("class Best")
    return f"{text[:begin]}{text[end:]}\nscore = model.evaluate(x, y, verbose=0)\n"


def test_weights_that_it_has_saved_come_back(scripts: Scripts, tmp_path: Path) -> None:
    text = saving(f"{tmp_path}/w.weights.h5")
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "score" in apart
    assert max(apart.values()) < 1e-9, apart


def test_a_file_that_may_hold_more_is_refused() -> None:
    text = saving("w.keras").replace("save_weights(self.path)", "save(self.path)")
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("`Best` asks for `self.model.load_weights`" in message for message in found)
