"""Functions that what trains a model gets from its callers, for callbacks to call."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import LambdaCallback, LearningRateScheduler

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 4))
y = rng.normal(size=(40, 1))
seen = []


def build():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])


def halve(epoch):
    return 0.1 * 0.5**epoch


def shrink(epoch, lr):
    return lr * 0.9 if epoch else lr


"""
TRAIN = """\
def train(schedule=None, tell=None):
    model = {made}
    model.compile("sgd", "mse")
    callbacks = []
    if schedule is not None:
        callbacks.append(LearningRateScheduler(schedule))
{tell}    history = model.fit(x, y, epochs=3, callbacks=callbacks, verbose=0)
    return history.history["loss"]


"""
TELL = """\
    if tell is not None:
        callbacks.append(LambdaCallback(on_epoch_end=tell))
"""
MADE = {
    "there": 'keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="tanh")])',
    "by a builder": "build()",
}
CALLS = {
    "some have none": "a = train()\nb = train(halve)",
    "lambdas": "a = train(lambda e: 0.1 / (e + 1))\nb = train(schedule=lambda e: 0.2 * 0.9**e)",
    "two callbacks": "a = train(halve, tell=lambda e, logs: seen.append(e))\nb = train()",
    "of two arguments": "a = train(schedule=shrink)\nb = train(None, None)",
}


def function(made: str, tells: bool = False) -> str:
    return TRAIN.format(made=made, tell=TELL if tells else "")


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("case", CALLS)
def test_each_call_has_its_own(case: str, made: str, scripts: Scripts) -> None:
    train = function(MADE[made], tells="tell=" in CALLS[case])
    program = f"{HEAD}{train}{CALLS[case]}\n"
    text = converted(program)
    assert 'group["lr"] = schedule(epoch' in text
    apart = scripts.compare(program, text)
    assert {"a", "b"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_a_parameter_with_a_name_only(scripts: Scripts) -> None:
    train = function(MADE["there"]).replace("def train(schedule", "def train(*, schedule")
    text = f"{HEAD}{train}a = train(schedule=lambda e: 0.1 / (e + 1))\n"
    found = converted(text)
    assert 'group["lr"] = schedule(epoch)' in found
    assert scripts.compare(text, found)["a"] < 1e-9


@pytest.mark.parametrize("made", MADE)
def test_functions_that_take_other_arguments_are_refused(made: str) -> None:
    program = f"{HEAD}{function(MADE[made])}a = train(halve)\nb = train(shrink)\n"
    said = [d.message for d in convert(program).diagnostics if d.severity is Severity.ERROR]
    assert said


def test_a_parameter_that_gets_another_function_is_refused() -> None:
    """What is called is what the callback got."""
    train = function(MADE["there"])
    changed = train.replace("    history =", "    schedule = halve\n    history =")
    conversion = convert(f"{HEAD}{changed}a = train(lambda e: 0.1 / (e + 1))\n")
    said = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any("`schedule`, of which callbacks is made, has changed since" in one for one in said)
