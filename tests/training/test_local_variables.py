"""Local variables that only parts of the training are made of, which stand elsewhere then."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts

HEAD = """\
import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


"""
FUNCTION = """\
def experiment(n, lr=0.1):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    lr = lr / n
    if n > 3:
        lr *= 0.5
    steps = len(x) // 8
    delta = n / 8
    opt = keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(lr, steps))
    loss = keras.losses.Huber(delta)
    model.compile(opt, loss=loss)
    patience = n - 3
    stopping = keras.callbacks.EarlyStopping("loss", patience=patience, min_delta=1.0)
    return model.fit(x, y, epochs=4, shuffle=False, verbose=0, callbacks=[stopping]).history


history = experiment(4)
"""
METHOD = """\
class Trainer:
    def __init__(self, lr=None, n=4):
        lr = lr or 0.05
        rate = lr / n
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        opt = keras.optimizers.SGD(rate)
        self.model.compile(opt, loss="mse")

    def fit(self):
        return self.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history


trainer = Trainer()
history = trainer.fit()
"""


BUILDER = """\
def build(n, lr=0.1):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    lr = lr / n
    opt = keras.optimizers.SGD(lr)
    model.compile(opt, loss="mse")
    return model


model = build(4)
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
"""


@pytest.mark.parametrize("program", [FUNCTION, METHOD, BUILDER])
def test_they_stay(program: str, scripts: Scripts) -> None:
    text = converted(HEAD + program)
    apart = scripts.compare(HEAD + program, text)
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart
