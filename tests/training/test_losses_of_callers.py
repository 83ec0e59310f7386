"""Losses, and models without a name, that functions get from several calls: each gives its own."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.losses import Huber, MeanSquaredError
from tensorflow.keras.optimizers import Adam, SGD

rng = np.random.default_rng(0)
x, y = rng.random((40, 6)), rng.integers(0, 2, (40, 1)).astype(float)


def make(units=3, activation=None):
    layers = [keras.layers.Dense(units), keras.layers.Dense(1, activation="ACTIVATION")]
    return keras.Sequential([keras.Input((6,)), *layers])


def train(model, loss, optimizer, x, y):
    model.compile(loss=loss, optimizer=optimizer, metrics=["mae"])
    history = model.fit(x, y, epochs=2, validation_split=0.25, shuffle=False, verbose=0)
    return history.history["val_loss"]


"""
PROGRAMS = {
    "models with names": (
        "linear",
        "first = make()\nlosses = train(first, Huber(), Adam(0.01), x, y)\nsecond = make(2)\n"
        "others = train(second, MeanSquaredError(), SGD(0.05, momentum=0.9), x, y)\n",
        "train( first, nn.HuberLoss(), KerasAdam(first.parameters(), lr=0.01, eps=1e-7), x, y )",
    ),
    "models without names": (
        "linear",
        "losses = train(make(), Huber(), SGD(0.01), x, y)\n"
        "print(train(make(2), loss=MeanSquaredError(), optimizer=Adam(0.01), x=x, y=y))\n",
        "model = make() losses = train( model, nn.HuberLoss(), torch.optim.SGD(",
    ),
    "in a function and a loop": (
        "linear",
        "def sweep():\n    found = []\n    for units in (2, 4):\n"
        "        found.append(train(make(units), Huber(), SGD(0.01 * units), x, y))\n"
        "    last = make()\n    found.append(train(last, MeanSquaredError(), SGD(0.1), x, y))\n"
        "    return found\n\n\nlosses = np.array(sweep())\n",
        "train(last, nn.MSELoss(), torch.optim.SGD(last.parameters(), lr=0.1), x, y)",
    ),
    "optimizers without options": (
        "linear",
        "losses = train(make(), Huber(), 'adam', x, y)\n"
        "others = train(make(2), MeanSquaredError(), 'adam', x, y)\n",
        "losses = train(make(), nn.HuberLoss(), 'adam', x, y)",
    ),
    "losses on what comes before the sigmoid": (
        "sigmoid",
        "losses = train(make(), keras.losses.BinaryCrossentropy(), SGD(0.1), x, y)\n"
        "others = train(make(2), keras.losses.BinaryCrossentropy(), SGD(), x, y)\n",
        "nn.BCEWithLogitsLoss(), torch.optim.SGD(",
    ),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("case", PROGRAMS)
def test_each_call_gives_its_own(case: str, scripts: Scripts) -> None:
    activation, program, line = PROGRAMS[case]
    program = HEAD.replace("ACTIVATION", activation) + program
    text = converted(program, Options(exact=True))
    assert "def train(model, loss, optimizer, x, y):" in text
    assert line in " ".join(text.split())
    apart = scripts.compare(program, text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


REFUSED = {
    "what the function does depends on the loss": (
        "first, second = make(), make()\ntrain(first, MeanSquaredError(), SGD(), x, y)\n"
        "train(second, keras.losses.BinaryCrossentropy(), SGD(), x, y)\n",
        "models of several kinds",
    ),
    "the name of the model is another's": (
        "model = 3\nlosses = train(make(), Huber(), SGD(), x, y)\n",
        "gets an optimizer for a model without name",
    ),
    "it is not always made": (
        "losses = len(x) > 3 and train(make(), Huber(), SGD(), x, y)\n",
        "gets an optimizer for a model without name",
    ),
    "something is done before": (
        "def size():\n    return rng.integers(3)\n\n\n"
        "losses = [size(), train(make(), Huber(), SGD(), x, y)]\n",
        "gets an optimizer for a model without name",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_sure_is_said(case: str) -> None:
    program, reason = REFUSED[case]
    conversion = convert(HEAD.replace("ACTIVATION", "sigmoid") + program)
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in errors), errors
    assert "model.compile(loss=loss" in conversion.text


NAMED = """\
import numpy as np
from tensorflow import keras

LR = 0.1
LOSS = "mse"
OTHER = "mae"
x, y = np.random.RandomState(0).rand(40, 4), np.arange(40) / 40.0


def build(lr=LR, loss={default}):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(lr), loss=loss)
    return model


def train(model, epochs=2):
    return model.fit(x, y, epochs=epochs, shuffle=False, verbose=0).history["loss"]


first = build()
losses = train(first)
for lr in [0.1, 0.01]:
    second = build(lr=lr{given})
    losses = losses + train(second, 1)
"""


@pytest.mark.parametrize(
    ("default", "given", "criterion"),
    [("LOSS", "", "MSELoss"), ("LOSS", ", loss=OTHER", "L1Loss"), ("'mse'", "", "MSELoss")],
)
def test_names_of_losses_that_are_defaults_of_builders(
    default: str, given: str, criterion: str, scripts: Scripts
) -> None:
    program = NAMED.format(default=default, given=given)
    text = converted(program)
    first, second = ("first_", "second_") if given else ("", "")  # one loss is made once
    assert f"\n{first}criterion = nn.MSELoss()" in text
    assert f"{second}criterion = nn.{criterion}()" in text
    apart = scripts.compare(program, text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart
