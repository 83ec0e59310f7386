"""What programs ask of variables that hold learning rates or optimizers."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_refusals import errors
from transpiler.options import Options
from transpiler.source.rewritings.asked_of_rates import asked_of_rates

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import backend as K

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 4)), rng.normal(size=(40, 1))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1), "mse")
seen = []


class Rates(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        {body}


model.fit(x, y, epochs=3, shuffle=False, verbose=0, callbacks=[Rates()])
lr = model.optimizer.learning_rate
last = float(lr.numpy())
"""
HOLDS = "lr = self.model.optimizer.learning_rate\n        "
BODIES = [
    f"{HOLDS}seen.append(float(lr.numpy()))",
    f"{HOLDS}seen.append(float(lr.numpy()) if hasattr(lr, 'numpy') else -1.0)",
    f"{HOLDS}if not hasattr(lr, 'numpy'):\n            lr = -1\n"
    "        else:\n            lr = lr.numpy()\n        seen.append(float(lr))",
    f"{HOLDS}if isinstance(lr, (float, np.float32)):\n            lr = -1.0\n"
    "        seen.append(float(lr))",
    f"{HOLDS}lr.assign(lr * 0.5)\n        seen.append(epoch)",
    "opt = self.model.optimizer\n        opt.learning_rate = opt.learning_rate * 0.5",
    "opt = self.model.optimizer\n        lr = opt.learning_rate\n"
    "        seen.append(float(lr.numpy()) / 2)",
]


@pytest.mark.parametrize("body", BODIES)
def test_answers_are_those_of_keras(body: str, scripts: Scripts) -> None:
    text = PROGRAM.format(body=body)
    result = converted(text, Options(exact=True))
    assert "numpy()" not in result
    assert "hasattr" not in result
    apart = scripts.compare(text, result)
    assert {"seen", "last"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "asked",
    ["seen.append(lr.dtype)", "if callable(lr):\n            lr = 3", "seen.append(type(lr))"],
)
def test_other_questions_are_refused(asked: str) -> None:
    messages = errors(PROGRAM.format(body=HOLDS + asked))
    assert any("is asked for more than its value" in message for _, message in messages), messages


@pytest.mark.parametrize(
    "text",
    [
        "lr = 0.1\nlr = self.model.optimizer.lr\nprint(lr.numpy())",
        "lr = self.optimizer\nprint(lr.numpy())",
        "rate = model.optimizer.lr\nlr = 3\nprint(hasattr(lr, 'numpy'))",
        "opt = self.model.optimizer\nprint(opt.lr, opt)",
    ],
)
def test_what_is_something_else_stays(text: str) -> None:
    assert asked_of_rates(f"{text}\n") is None


RMSPROP = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 4)), rng.normal(size=(40, 1))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.RMSprop(0.1), "mse")


def warm(step):
    return np.where(step < 1, 0.05, 0.1 / (step + 1))


class Warm(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate.assign(warm(epoch))


losses = model.fit(x, y, epochs=3, shuffle=False, verbose=0, callbacks=[Warm()]).history["loss"]
"""


def test_arrays_become_numbers(scripts: Scripts) -> None:
    result = converted(RMSPROP, Options(exact=True))
    assert '["lr"] = float(warm(epoch))' in result
    apart = scripts.compare(RMSPROP, result)
    assert max(apart.values()) < 1e-9, apart
    assert '["lr"] = warm(epoch)' in converted(RMSPROP.replace("np.where(step < 1, 0.05, ", "("))
