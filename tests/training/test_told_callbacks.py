"""Callbacks that only some calls give: a parameter says whether there are some."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_refusals import errors
from transpiler.options import Options

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.callbacks import EarlyStopping, ReduceLROnPlateau

random = np.random.RandomState(0)
x, y = random.rand(24, 4), random.rand(24)
PATIENCE = 1


def build(n):
    return keras.Sequential([layers.Dense(n, input_shape=(4,)), layers.Dense(1)])


"""
FUNCTION = """\
def train(model, epochs=3, callbacks={default}):
    model.compile("sgd", "mse")
    return model.fit(x, y, epochs=epochs, verbose=0, callbacks=callbacks).history["loss"]


"""
KEEPING = """\
class Trainer:
    def __init__(self, n, callbacks=None, epochs=3):
        self.model = build(n)
        self.callbacks = callbacks or []
        self.epochs = epochs

    def fit(self):
        self.model.compile("sgd", "mse")
        fitted = self.model.fit(x, y, epochs=self.epochs, verbose=0, callbacks=self.callbacks)
        return fitted.history["loss"]


losses = Trainer(3).fit()
more = Trainer(4, [EarlyStopping("loss", patience=0, min_delta=0.05)], epochs=5).fit()
"""
STOP = 'EarlyStopping("loss", patience=PATIENCE, min_delta=0.05)'
PROGRAMS = {
    "one": (
        FUNCTION.format(default="None")
        + f"losses = train(build(2))\nmore = train(build(3), 6, callbacks=[{STOP}])\n"
        "others = train(build(3), 2, None)\n",
        ("early_stopping=False", "early_stopping=True", "train(build(3), 2, False)"),
    ),
    "two": (
        FUNCTION.format(default="()")
        + "losses = train(build(2))\n"
        + f'more = train(build(3), 6, [{STOP}, ReduceLROnPlateau("loss", patience=0)])\n',
        ("callbacks=False", "train(build(3), 6, True)"),
    ),
    "named": (
        FUNCTION.format(default="None")
        + f"stop = {STOP}\ncallbacks = [stop]\n"
        + "losses = train(build(2))\nmore = train(build(3), 6, callbacks=callbacks)\n",
        ("early_stopping=True",),
    ),
    "kept": (KEEPING, ("early_stopping=False", "Trainer(4, True, epochs=5)")),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_parameter_tells(name: str, scripts: Scripts) -> None:
    text, parts = HEAD + PROGRAMS[name][0], PROGRAMS[name][1]
    result = converted(text, Options(exact=True))
    assert all(part in result for part in parts), result
    differences = scripts.compare(text, result)
    assert {"losses", "more"} <= differences.keys()
    assert max(differences.values()) < 1e-9, differences


@pytest.mark.parametrize(
    "calls",
    [
        f"train(build(2))\ntrain(build(3), 6, [{STOP}])\n"
        'train(build(3), 6, [EarlyStopping("loss")])',
        f"train(build(2))\nstop = {STOP}\ntrain(build(3), 6, [stop])\nprint(stop.stopped_epoch)",
    ],
    ids=["other callbacks", "asked later"],
)
def test_others_are_refused(calls: str) -> None:
    assert errors(HEAD + FUNCTION.format(default="None") + calls + "\n")


def test_callbacks_by_default_are_others() -> None:
    function = FUNCTION.format(default='[EarlyStopping("loss", patience=3)]')
    calls = f"losses = train(build(2))\nmore = train(build(3), 6, [{STOP}])\n"
    assert errors(HEAD + function + calls)
