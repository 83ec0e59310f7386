"""Optimizers that functions compile with: objects that go on, and those that each call makes."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(24, 3)
y = x.sum(1)
"""
OWN = """\
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
OUTSIDE

def go(loss="mse"):
    INSIDE
    model.compile(opt, loss)
    return model.fit(x, y, epochs=2, batch_size=6, verbose=0).history["loss"]


"""
GIVEN = """\
def train(model, opt):
    model.compile(opt, "mse")
    return model.fit(x, y, epochs=1, batch_size=6, verbose=0).history["loss"]


model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
"""
BUILT = """\
def build(optimizer, units=3):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(units), layers.Dense(1)])
    model.compile(optimizer=optimizer, loss="mse")
    return model


"""
MADE = "opt = keras.optimizers.SGD(0.05, momentum=0.9)\n"
FIT = 'model.fit(x, y, epochs=1, batch_size=6, verbose=0).history["loss"]'
OUTSIDE = OWN.replace("OUTSIDE", MADE).replace("    INSIDE\n", "")
INSIDE = OWN.replace("OUTSIDE", "").replace("INSIDE\n", MADE)
GOES_ON = {
    "two-calls": f"{OUTSIDE}loss = go()\nother = go('mae')\n",
    "rounds": f"{OUTSIDE}for loss in ('mse', 'mae'):\n    last = go(loss)\n",
    "comprehension": f"{GIVEN}{MADE}losses = [train(model, opt)[0] for _ in range(3)]\n",
    "dict": f"{GIVEN}{MADE}losses = {{k: train(model, opt)[0] for k in range(3)}}\n",
    "built-with": f"{BUILT}{MADE}model = build(opt)\nloss = {FIT}\nmodel.compile(opt, 'mae')\n"
    f"loss += {FIT}\n",
}
ANEW = {
    "one-call": f"{OUTSIDE}loss = go()\n",
    "two-calls": f"{INSIDE}loss = go()\nother = go('mae')\n",
    "in-the-call": f"{GIVEN}loss = []\nfor _ in range(2):\n"
    "    loss += train(model, keras.optimizers.SGD(0.05, momentum=0.9))\n",
    "built-with": f"{BUILT}{MADE}model = build(opt)\nloss = {FIT}\n",
}


@pytest.mark.parametrize("name", GOES_ON)
def test_one_that_goes_on_is_an_error(name: str) -> None:
    found = convert(HEAD + GOES_ON[name])
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert any("`compile` is left as it is" in e for e in errors), errors
    assert "train_epoch" not in found.text


@pytest.mark.parametrize("name", ANEW)
def test_one_that_is_made_anew_trains_alike(name: str, scripts: Scripts) -> None:
    program = HEAD + ANEW[name]
    apart = scripts.compare(program, converted(program))
    assert "loss" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("optimizer", "epochs", "said"),
    [
        ('"adadelta"', "nb_epoch", True),
        ("keras.optimizers.Nadam()", "nb_epoch", True),
        ("keras.optimizers.Nadam(0.01)", "nb_epoch", False),
        ('"adadelta"', "epochs", False),
        ('"adam"', "nb_epoch", False),
    ],
)
def test_rates_of_the_first_keras_are_told(optimizer: str, epochs: str, said: bool) -> None:
    model = "model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])\n"
    found = convert(
        f"{HEAD}{model}model.compile({optimizer}, 'mse')\nmodel.fit(x, y, {epochs}=2)\n"
    )
    assert any("without a rate it began with" in d.message for d in found.diagnostics) is said
