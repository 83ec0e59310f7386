"""Criteria have names of their own, whatever the model was compiled with before."""

from __future__ import annotations

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

HEAD = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(50, 6))
"""
TWICE = HEAD + """\
y = rng.integers(0, 2, size=(50, 1))


def build():
    return keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(4), keras.layers.Dense(1, activation="sigmoid")]
    )


model = build()
model.compile("sgd", "binary_crossentropy", metrics=["binary_crossentropy"])
first = model.fit(x, y, epochs=2, verbose=0)
print(first.history)
model.compile("sgd", "mse", metrics=[keras.metrics.BinaryCrossentropy(name="entropy")])
second = model.fit(x, y, epochs=2, verbose=0)
print(second.history)
"""
SEVERAL = HEAD + """\
low = rng.normal(size=(50, 1))
high = rng.normal(size=(50, 1))


class Experiment:
    def __init__(self):
        inputs = keras.Input((6,))
        h = keras.layers.Dense(4)(inputs)
        low = keras.layers.Dense(1, name="low")(h)
        high = keras.layers.Dense(1, name="high")(h)
        self.model = keras.Model(inputs, [low, high])
        self.model.compile("sgd", ["mse", "mae"], loss_weights=[1.0, 0.5])

    def train(self, x, low, high):
        return self.model.fit(x, [low, high], epochs=2, verbose=0)


history = Experiment().train(x, low, high)
"""


def equal(scripts: Scripts, text: str) -> str:
    result = converted(text, Options(keras="3", exact=True))
    apart = scripts.compare(text, result)
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}
    return result


def test_a_criterion_that_is_a_function_keeps_its_name(scripts: Scripts) -> None:
    result = equal(scripts, TWICE)
    assert "criterion = nn.MSELoss()" in result
    assert "\nbinary_crossentropy = " not in result.replace("first_", "")


def test_criteria_of_several_outputs_are_attributes(scripts: Scripts) -> None:
    result = equal(scripts, SEVERAL)
    assert "self.low_criterion = nn.MSELoss()" in result
