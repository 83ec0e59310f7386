"""Parts of the training that are made before what is evaluated with them: in that order, or not."""

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

r = np.random.RandomState(3)
x = r.rand(24, 4)
y = x.sum(axis=1, keepdims=True)


class Settings:
    patience = 1
    rate = 0.1


def noisy(array):
    return array + r.normal(0, 0.1, array.shape)


def loaded():
    Settings.patience, Settings.rate = 0, 0.5
    return x


def picked():
    Settings.rate = 0.5
    return "mae"


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
optimizer = {optimizer}
model.compile(optimizer, {loss})
stopping = keras.callbacks.{callback}
fit = model.fit({data}, y, epochs=4, callbacks=[stopping], shuffle=False, verbose=0)
losses = fit.history["loss"]
drawn = r.rand()
"""
PLAIN = {
    "optimizer": "keras.optimizers.SGD(0.1)",
    "loss": '"mse"',
    "callback": 'EarlyStopping("loss", patience=1, min_delta=0.02)',
    "data": "x",
}
DRAWN = 'EarlyStopping("loss", patience=int(r.randint(0, 3)), min_delta=0.02)'
SETTING = 'EarlyStopping("loss", patience=Settings.patience, min_delta=0.02)'
SCHEDULE = "keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.3, 4, 0.5))"
REFUSED = {
    "callback and data": {"callback": DRAWN, "data": "noisy(x)"},
    "data change what the callback read": {"callback": SETTING, "data": "loaded()"},
    "optimizer and loss": {
        "optimizer": "keras.optimizers.SGD(r.rand())",
        "loss": "keras.losses.Huber(r.rand())",
    },
    "the loss changes the rate": {
        "optimizer": "keras.optimizers.SGD(Settings.rate)",
        "loss": "picked()",
    },
    "a schedule and a plateau": {
        "optimizer": SCHEDULE,
        "callback": 'ReduceLROnPlateau("loss", patience=1)',
    },
    "a schedule and a scheduler": {
        "optimizer": SCHEDULE,
        "callback": "LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))",
    },
}
EQUAL = {
    "the callback alone": {"callback": DRAWN},
    "the data alone": {"data": "noisy(x)"},
    "the optimizer alone": {"optimizer": "keras.optimizers.SGD(r.rand())"},
    "a setting": {"callback": SETTING, "data": "noisy(x)"},
}


@pytest.mark.parametrize("parts", REFUSED.values(), ids=REFUSED)
def test_another_order_is_refused(parts: dict[str, str]) -> None:
    said = convert(PROGRAM.format(**(PLAIN | parts))).diagnostics
    assert any(one.severity is Severity.ERROR for one in said)


@pytest.mark.parametrize("parts", EQUAL.values(), ids=EQUAL)
def test_the_same_order_is_kept(scripts: Scripts, parts: dict[str, str]) -> None:
    text = PROGRAM.format(**(PLAIN | parts))
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart["losses"], apart["drawn"]) < 1e-9
