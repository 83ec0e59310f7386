"""Annotations of variables by what torch has not: callbacks, optimizers, histories."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.source.rewritings.annotated_parts import annotated_parts

PROGRAM = """\
from typing import List, Optional

import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(40, 4)


class Trainer:
    history: Optional[keras.callbacks.History] = None

    def __init__(self, rate: float) -> None:
        self.model: keras.Model = keras.Sequential([keras.layers.Dense(1, input_shape=(4,))])
        self.optimizer: keras.optimizers.Optimizer = keras.optimizers.SGD(rate)
        self.model.compile(self.optimizer, "mse")

    def fit(self, epochs: int) -> List[float]:
        stop = keras.callbacks.EarlyStopping(patience=1, monitor="loss", min_delta=1.0)
        callbacks: List[keras.callbacks.Callback] = [stop]
        history: keras.callbacks.History = self.model.fit(
            x, x.sum(1), epochs=epochs, verbose=0, callbacks=callbacks
        )
        return history.history["loss"]


trainer = Trainer(0.05)
losses = trainer.fit(epochs=4)
"""


def test_the_variables_do_without(scripts: Scripts) -> None:
    after = converted(PROGRAM, Options(exact=True))
    assert "self.model: nn.Module = " in after
    apart = scripts.compare(PROGRAM, after)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    optimizer: Optimizer = None\n",
        "def f():\n    model: keras.Model = build()\n",
        "def f():\n    rates: List[float] = []\n",
        "from metrics import Metric\n\ndef f():\n    found: List[Metric] = []\n",
        "def f(a: List[keras.callbacks.Callback] = ()):\n    return a\n",
        "def f():\n    callbacks: List[keras.callbacks.Callback]\n    return 1\n",
    ],
)
def test_all_else_stays(text: str) -> None:
    assert annotated_parts(text) is None


BUILT = """\
import numpy as np
from tensorflow import keras


def build(n: int) -> keras.Model:
    return keras.Sequential([keras.Input((n,)), keras.layers.Dense(1)])


class Trainer:
    def __init__(self, n: int) -> None:
        self.model: keras.Model = build(n)
        self.model.compile("sgd", "mse")

    def fit(self, x: np.ndarray, y: np.ndarray) -> keras.callbacks.History:
        return self.model.fit(x, y, verbose=0)


history = Trainer(4).fit(np.ones((20, 4)), np.ones((20, 1)))
"""


def test_models_that_functions_give_are_trained(scripts: Scripts) -> None:
    text = converted(BUILT, Options(keras="3", exact=True))
    assert "self.model = build(n)" in text
    assert max(scripts.compare(BUILT, text).values()) < 1e-9
