"""Lambdas in tables that make objects of the program's own classes, which train models."""

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

x = np.random.RandomState(0).rand(40, 4)


class Net:
    def __init__(self, units, activation="relu", loss="mse"):
        self.units, self.activation, self.loss = units, activation, loss

    def fit(self, x, y):
        hidden = keras.layers.Dense(self.units, activation=self.activation, input_shape=(4,))
        self.model = keras.Sequential([hidden, keras.layers.Dense(1)])
        self.model.compile("sgd", self.loss)
        self.losses = self.model.fit(x, y, batch_size=16, epochs=2, verbose=0).history["loss"]
        return self


makers = {{"wide": lambda: {made}, "tanh": lambda: Net(5, "tanh", loss="mae")}}
found = [maker().fit(x, x.sum(1)).losses for maker in makers.values()]
"""


def test_they_stay_and_their_classes_train(scripts: Scripts) -> None:
    text = PROGRAM.format(made="Net(8)")
    after = converted(text, Options(exact=True))
    assert 'makers = {"wide": lambda: Net(8), "tanh": ' in after
    apart = scripts.compare(text, after)
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("made", ["Net(keras.backend.epsilon())", "keras.Sequential()"])
def test_what_is_of_the_framework_itself_is_said(made: str) -> None:
    said = convert(PROGRAM.format(made=made)).diagnostics
    assert any(d.severity is Severity.ERROR for d in said)
