"""Names that the program gives what keeps a model, or a Lambda whose outputs a model gives."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.default_rng(0).normal(size=(32, 4))
y = x.sum(1, keepdims=True)
"""
KEPT = """
class Net:
    def __init__(self):
        self.model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        self.model.compile("sgd", "mse")


NAME = Net()
h = NAME.model.fit(x, y, epochs=2, verbose=0).history
"""
LAMBDA = """
given = keras.Input((4,))
first = layers.Dense(1, name="first")(given)
twice = layers.Lambda(lambda t: t * 2.0, name="twice")
model = keras.Model(given, [first, twice(layers.Dense(1)(given))])
model.compile("sgd", {"first": "mse", "twice": "mae"})
h = model.fit(x, {"first": y, "twice": y}, epochs=2, verbose=0).history
losses = h["twice_loss"]
"""


@pytest.mark.parametrize("name", ["nn", "F", "torch"])
def test_the_name_of_a_module_is_an_error(name: str) -> None:
    said = [d.message for d in convert(HEAD + KEPT.replace("NAME", name)).diagnostics]
    assert any(f"keeps the model is called `{name}`" in message for message in said), said


def test_others_stay(scripts: Scripts) -> None:
    text = HEAD + KEPT.replace("NAME", "device")
    assert max(scripts.compare(text, convert(text).text).values()) < 1e-6


def test_a_lambda_names_an_output(scripts: Scripts) -> None:
    result = convert(HEAD + LAMBDA)
    assert not [d.message for d in result.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(HEAD + LAMBDA, result.text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-6
