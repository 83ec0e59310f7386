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


CHOSEN = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.optimizers import SGD, Adam

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 6)), 9 * rng.normal(size=(24, 1))


def make(kind, bound=None):
    if kind == "adam":
        return Adam(0.1, clipnorm=0.2)
    elif kind == "momentum":
        return SGD(0.1, momentum=0.5, clipvalue=bound)
    return SGD(0.1, weight_decay=bound)


def train(optimizer):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile(optimizer, "mse")
    return model.fit(x, y, epochs=2, verbose=0).history["loss"]


def build(kind, rate):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    if kind == "bound":
        optimizer = SGD(rate, clipnorm=0.1)
    else:
        optimizer = SGD(rate)
    model.compile(optimizer, "mse")
    return model


def run(adaptive):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile(Adam(0.1, clipvalue=0.3) if adaptive else SGD(0.1, clipvalue=0.3), "mse")
    return model.fit(x, y, epochs=1, verbose=0).history["loss"]


losses = train(SGD(0.1, global_clipnorm=0.3)) + train(SGD(0.2))
alike = run(True) + run(False)
made = []
for kind in ("adam", "momentum", "plain"):
    for bound in (0.3, None):
        model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        model.compile(make(kind, bound), "mse")
        made += model.fit(x, y, epochs=2, verbose=0).history["loss"]
model = build("bound", 0.1)
built = model.fit(x, y, epochs=2, verbose=0).history["loss"]
"""


def test_one_of_several_optimizers_has_them(scripts: Scripts) -> None:
    result = converted(CHOSEN, Options(exact=True))
    assert '[{"params": model.parameters(), "clipnorm": 0.1}]' in result
    assert "nn.utils.clip_grad_value_(model.parameters(), 0.3)" in result  # all of them have it
    assert "weight_decay=bound or 0.0" in result
    differences = scripts.compare(CHOSEN, result)
    assert {"losses", "alike", "made", "built"} <= differences.keys()
    assert max(differences.values()) < 1e-9, differences
