"""Learning rates that a program keeps: in Keras the variable, which changes where it is set."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_refusals import errors

HEAD = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 4)), rng.normal(size=(40, 1))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1), "mse")


class Rates(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def halve(self):
        self.model.optimizer.learning_rate = self.model.optimizer.learning_rate * 0.5

    def on_train_begin(self, logs=None):
        {begin}

    def on_epoch_end(self, epoch, logs=None):
        {ends}


rates = Rates()
model.fit(x, y, epochs=3, shuffle=False, verbose=0, callbacks=[rates])
{after}
seen = [float(one) for one in rates.seen]
"""
RATE = "self.model.optimizer.learning_rate"
SETS = f"{RATE} = "
KEPT = f"rate = {RATE}"
SEES = "self.seen.append(float(rate))"
#: Statements of a callback when a training begins, and at the end of an epoch, and behind `fit`.
AS_IN_KERAS = {
    "read before": ("pass", f"{KEPT}; {SEES}; {SETS}rate * 0.5", ""),
    "made a number": ("pass", f"rate = float({RATE}); {SETS}rate * 0.5; {SEES}", ""),
    "of it": ("pass", f"{KEPT}; new = rate * 0.9; {SETS}new; self.seen.append(new)", ""),
    "another value": ("pass", f"{KEPT}; {SEES}; rate = 0.05; {SETS}rate; {SEES}", ""),
    "a number of the object": (
        f"self.rate = float({RATE})",
        f"{SETS}self.rate / (epoch + 1)",
        "rate = model.optimizer.learning_rate\nrates.seen.append(float(rate))",
    ),
}
CHANGED = {
    "read behind": ("pass", f"{KEPT}; {SETS}rate * 0.5; {SEES}", ""),
    "by a method": ("pass", f"{KEPT}; self.halve(); {SEES}", ""),
    "another name": ("pass", f"old = {RATE}; rate = old; {SETS}rate * 0.5; {SEES}", ""),
    "in a list": ("pass", f"self.seen.append({RATE}); self.halve()", ""),
    "of the object": (f"self.rate = {RATE}", f"{SETS}self.rate / (epoch + 1)", ""),
    "behind fit": (
        "pass",
        "pass",
        "rate = model.optimizer.learning_rate\nmodel.optimizer.learning_rate = 0.01\n"
        "rates.seen.append(float(rate))",
    ),
    "in a loop": (
        "pass",
        "pass",
        "rate = model.optimizer.learning_rate\nfor _ in range(3):\n"
        "    model.optimizer.learning_rate = rate * 0.5\n    model.fit(x, y)",
    ),
    "in a dict": (
        "pass",
        "pass",
        'kept = {"rate": model.optimizer.learning_rate}\nmodel.optimizer.learning_rate = 0.01',
    ),
    "by a callback of Keras": (
        "pass",
        "pass",
        "rate = model.optimizer.learning_rate\n"
        "plateau = keras.callbacks.ReduceLROnPlateau('loss', patience=0)\n"
        "model.fit(x, y, callbacks=[plateau])\nprint(float(rate))",
    ),
}


def _program(begin: str, ends: str, after: str) -> str:
    ends = ends.replace("; ", "\n        ")
    return HEAD.format(begin=begin, ends=ends, after=after)


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", AS_IN_KERAS)
def test_rates_that_are_read_before_they_change(name: str, scripts: Scripts) -> None:
    text = _program(*AS_IN_KERAS[name])
    apart = scripts.compare(text, converted(text))
    assert "seen" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("name", CHANGED)
def test_rates_that_have_changed_are_refused(name: str) -> None:
    said = [message for _, message in errors(_program(*CHANGED[name]))]
    assert any("is kept, which changes in Keras" in message for message in said), said
