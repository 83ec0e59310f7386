"""Callbacks that functions and methods get the same from all of their calls, or from none."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping

PATIENCE = 1
x, y = np.random.RandomState(0).rand(50, 4), np.arange(50) % 2.0


class Net:
    def __init__(self):
        self.model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")

    def fit(self, x, y, epochs=4, {parameter}):
        history = self.model.fit(
            x, y, callbacks=callbacks, epochs=epochs, shuffle=False, verbose=0
        )
        return history.history["loss"]


net = Net()
{calls}
"""
STOP = 'EarlyStopping("loss", patience=PATIENCE, min_delta=0.1)'
SAVE = 'keras.callbacks.ModelCheckpoint("best.weights.h5", "loss", save_best_only=True)'
DEFAULT = "callbacks=None"
TRIALS = {
    "none": (
        DEFAULT,
        "first = net.fit(x, y) + net.fit(x, y, 2, None)",
        "fit(self, x, y, epochs=4):",
    ),
    "keyword": (DEFAULT, f"first = net.fit(x, y, callbacks=[{STOP}])", "net.fit(x, y)"),
    "by-place": (DEFAULT, f"first = net.fit(x, y, 5, [{STOP}])", "net.fit(x, y, 5)"),
    "before-others": (
        "callbacks=[], *, more=1",
        f"first = net.fit(x, y, callbacks=[{STOP}], more=2)\n"
        f"second = net.fit(x, y, more=3, callbacks=[{STOP}])",
        "fit(self, x, y, epochs=4, *, more=1):",
    ),
}


@pytest.mark.parametrize("name", TRIALS)
def test_trains_equally(name: str, scripts: Scripts) -> None:
    parameter, calls, written = TRIALS[name]
    text = PROGRAM.format(parameter=parameter, calls=calls)
    result = converted(text)
    assert written in result
    assert "callbacks" not in result
    assert ("wait >= PATIENCE" in result) == (name != "none")
    apart = scripts.compare(text, result)
    assert "first" in apart
    assert max(apart.values()) < 1e-9, apart


REFUSED = {
    "different": f"net.fit(x, y, 2, [{SAVE}])\nnet.fit(x, y, callbacks=[{STOP}])",
    "one-object": f"save = {SAVE}\nnet.fit(x, y, 2, [save])\nnet.fit(x, y, callbacks=[save])",
    "local": f"def run(PATIENCE):\n    net.fit(x, y, callbacks=[{STOP}])\n\n\nrun(1)",
    "handed-on": f"run = net.fit\nrun(x, y, callbacks=[{STOP}])\nnet.fit(x, y)\nnet.fit(x, y, 2)",
    "unpacked": "net.fit(*[x, y, 2, None])",
    "changed": f"PATIENCE = 2\nnet.fit(x, y, callbacks=[{STOP}])",
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_callbacks_stay(name: str) -> None:
    found = convert(PROGRAM.format(parameter=DEFAULT, calls=REFUSED[name]))
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert any("a callback is only known at run time" in e for e in errors), errors
    assert "def fit(self, x, y, epochs=4, callbacks=None):" in found.text
    assert "callbacks=callbacks, epochs=epochs" in found.text


FUNCTION = """\
import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(50, 4), np.arange(50) % 2.0


def make():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def train(model, epochs=3, callbacks=()):
    history = model.fit(x, y, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks)
    return history.history["loss"]


a, b = make(), make()
first = train(a, callbacks=[keras.callbacks.TerminateOnNaN()])
second = train(b, 2, [keras.callbacks.TerminateOnNaN()])
"""


def test_functions_that_get_the_same_from_several_calls(scripts: Scripts) -> None:
    result = converted(FUNCTION)
    assert "def train(model, criterion, optimizer, epochs=3):" in result
    apart = scripts.compare(FUNCTION, result)
    assert {"first", "second"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("default", ["(STOP,)", "STOPS", "[keras.callbacks.TerminateOnNaN()]"])
@pytest.mark.parametrize("given", ["None", "[]", "callbacks=[]"])
def test_a_default_that_some_calls_keep_stays(default: str, given: str) -> None:
    """Those that give none train with it."""
    stops = f"STOP = {STOP}\nSTOPS = [{STOP}]\n"
    text = PROGRAM.replace("\n\nclass", f"\n{stops}\n\nclass")
    given = given if "=" in given else f"2, {given}"
    calls = f"first = net.fit(x, y)\nsecond = net.fit(x, y, {given})"
    found = convert(text.format(parameter=f"callbacks={default}", calls=calls))
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert any("`fit` is left as it is" in e for e in errors), errors
    assert f"def fit(self, x, y, epochs=4, callbacks={default}):" in found.text
