"""Bounds of gradients that only the function knows which compiles the model."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 6)), 9 * rng.normal(size=(24, 1))


class Trainer:
    def __init__(self, {name}=None):
        self.bound = {name}
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])

    def compile(self):
        self.model.compile(keras.optimizers.SGD(0.1, {name}=self.bound), "mse")

    def fit(self):
        self.compile()
        return self.model.fit(x, y, epochs=2, verbose=0).history["loss"]


def train(bound, again):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1, momentum=0.5, {name}=bound / 2), "mse")
    losses = model.fit(x, y, epochs=2, verbose=0).history["loss"]
    if again:
        losses += model.fit(x, y, epochs=1, verbose=0).history["loss"]
    return losses


free, bound = Trainer().fit(), Trainer(0.2).fit()
losses = train(0.1, True)
"""


@pytest.mark.parametrize("name", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_the_group_keeps_them(name: str, scripts: Scripts) -> None:
    text = PROGRAM.format(name=name)
    result = converted(text, Options(exact=True))
    assert f'[{{"params": model.parameters(), "{name}": bound / 2}}]' in result
    differences = scripts.compare(text, result)
    assert {"free", "bound", "losses"} <= differences.keys()
    assert max(differences.values()) < 1e-9, differences
