"""Callbacks of the program's own that stop the training, at whatever moment."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import Callback, EarlyStopping

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


class Stop(Callback):
METHOD

    def check(self, epoch):
        if epoch == 1:
            self.model.stop_training = True


model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(
    x, y, batch_size=8, epochs=4, shuffle=False, verbose=0, validation_split=0.2,
    callbacks=CALLBACKS,
)
losses, tested = history.history["loss"], history.history["val_loss"]
"""
BEGINS = "    def on_epoch_begin(self, epoch, logs=None):\n        self.check(epoch)"
TRAINS = "    def on_train_begin(self, logs=None):\n        self.model.stop_training = True"
ENDS = "    def on_epoch_end(self, epoch, logs=None):\n        self.check(epoch)"
EARLY = 'EarlyStopping("loss", patience=1, min_delta=9)'


def program(method: str, callbacks: str = "[Stop()]") -> str:
    return PROGRAM.replace("METHOD", method).replace("CALLBACKS", callbacks)


@pytest.mark.parametrize("method", [BEGINS, TRAINS])
def test_an_epoch_that_begins_so_has_one_batch(method: str, scripts: Scripts) -> None:
    text = program(method)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "tested"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_no_batch_asks_where_only_the_end_of_an_epoch_stops() -> None:
    assert converted(program(ENDS)).count("if model.stop_training:") == 1


@pytest.mark.parametrize(
    ("method", "callbacks"),
    [
        (
            ENDS.replace("self.check(epoch)", "self.model.stop_training = False"),
            f"[{EARLY}, Stop()]",
        ),
        (
            ENDS.replace("self.check(epoch)", "print(self.model.stop_training)"),
            f"[{EARLY}, Stop()]",
        ),
        (BEGINS, "[Stop()] if len(x) > 9 else []"),
    ],
)
def test_what_needs_to_know_of_others_is_refused(method: str, callbacks: str) -> None:
    diagnostics = convert(program(method, callbacks)).diagnostics
    assert any(d.severity is Severity.ERROR for d in diagnostics)
