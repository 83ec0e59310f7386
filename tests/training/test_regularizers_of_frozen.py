"""What regularizers add to the loss of models that are frozen once they have been trained."""

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
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x = rng.rand(60, 6)
y = (x[:, 0] > 0.5).astype(int)
hidden = layers.Dense(4, activation="relu", kernel_regularizer="l2")
base = keras.Sequential([keras.Input((6,)), hidden])
last = layers.Dense(1, activation="sigmoid", kernel_regularizer=keras.regularizers.l1(0.01))
model = keras.Sequential([keras.Input((6,)), base, last])
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
losses = model.fit(x, y, epochs=2, verbose=0).history["loss"]
"""
FROZEN = {
    "model": "model.trainable = False\n",
    "part": "base.trainable = False\n",
    "layer": "last.trainable = False\n",
    "in-a-function": "def freeze(net):\n    net.trainable = False\n\n\nfreeze(model)\n",
}


@pytest.mark.parametrize("name", FROZEN)
def test_frozen_they_add_nothing(name: str, scripts: Scripts) -> None:
    program = f"{HEAD}{FROZEN[name]}loss = model.evaluate(x, y, verbose=0)\n"
    text = converted(program)
    assert "requires_grad" in text
    apart = scripts.compare(program, text)
    assert "loss" in apart
    assert max(apart.values()) < 1e-8, apart


def test_in_keras_2_they_add_the_same(scripts: Scripts) -> None:
    program = f"{HEAD}{FROZEN['model']}loss = model.evaluate(x, y, verbose=0)\n"
    text = converted(program, Options(keras="2"))
    apart = scripts.compare(program, text, keras="2")
    assert max(apart.values()) < 1e-8, apart


BEFORE = {
    "evaluated": "before = model.evaluate(x, y, verbose=0)\n",
    "validated": "model.fit(x, y, validation_split=0.2, verbose=0)\n",
}
AGAIN = """\
def score():
    return model.evaluate(x, y, verbose=0)


before = score()
"""


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("frozen", ["model", "part", "layer"])
def test_what_was_traced_before_is_an_error(frozen: str, before: str) -> None:
    """Keras 3 goes on as the model was then."""
    asked = "loss = model.evaluate(x, y, verbose=0)\n"
    found = convert(f"{HEAD}{BEFORE[before]}{FROZEN[frozen]}{asked}")
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert any("are frozen, or not any more, since it was evaluated" in e for e in errors), errors


def test_a_function_that_evaluates_again_is_an_error() -> None:
    found = convert(f"{HEAD}{AGAIN}model.trainable = False\nloss = score()\n")
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert any("are frozen, or not any more, since it was evaluated" in e for e in errors), errors


@pytest.mark.parametrize("frozen", ["model", "part", "layer"])
def test_what_goes_on_training_is_an_error(frozen: str) -> None:
    """Keras 3 evaluates without the penalties then, and trains with them."""
    fit, asked = "model.fit(x, y, verbose=0)\n", "loss = model.evaluate(x, y, verbose=0)\n"
    found = convert(f"{HEAD}{fit}{FROZEN[frozen]}{fit}{asked}")
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    why = "without a new `compile`" if frozen == "layer" else "not when it goes on training"
    assert any(why in e for e in errors), errors


def test_frozen_before_it_is_compiled_again(scripts: Scripts) -> None:
    compiled = 'model.compile("sgd", "mse")\n'
    program = f"{HEAD}{FROZEN['layer']}{compiled}loss = model.evaluate(x, y, verbose=0)\n"
    apart = scripts.compare(program, converted(program))
    assert "loss" in apart
    assert max(apart.values()) < 1e-8, apart


def test_frozen_before_it_is_compiled_at_all(scripts: Scripts) -> None:
    made = HEAD.partition("model.compile")[0]
    asked = 'model.trainable = False\nmodel.compile("sgd", "mse")\nloss = model.evaluate(x, y)\n'
    apart = scripts.compare(made + asked, converted(made + asked))
    assert "loss" in apart
    assert max(apart.values()) < 1e-9, apart


def test_the_function_that_makes_it_freezes_it(scripts: Scripts) -> None:
    made = """\
def build():
    hidden = layers.Dense(4, activation="relu", kernel_regularizer="l2")
    made = keras.Sequential([keras.Input((6,)), hidden, layers.Dense(1)])
    made.trainable = False
    made.compile("sgd", "mse")
    return made


model = build()
loss = model.evaluate(x, y, verbose=0)
"""
    program = HEAD.partition("hidden =")[0] + made
    apart = scripts.compare(program, converted(program))
    assert "loss" in apart
    assert max(apart.values()) < 1e-9, apart


def test_one_that_is_made_frozen_is_an_error() -> None:
    made = HEAD.partition("model =")[0]
    frozen = "model = keras.Sequential([keras.Input((6,)), base, last], trainable=False)\n"
    asked = 'model.compile("sgd", "mse")\nloss = model.evaluate(x, y)\n'
    found = convert(made + frozen + asked)
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert errors
