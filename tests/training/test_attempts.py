"""Functions that train in a `try`."""

from __future__ import annotations

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_refusals import errors
from transpiler.options import Options

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(50, 5)), rng.normal(size=(50, 1))


def build():
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def train(model, epochs=3):
    losses = []
    try:
        history = model.fit(x, y, epochs=epochs, verbose=0)
        losses = history.history["loss"]
    except KeyboardInterrupt:
        print("interrupted")
    finally:
        model.save_weights("w.weights.h5")
    return losses


class Trainer:
    def __init__(self):
        self.model = build()

    def fit(self, x, y):
        try:
            self.history = self.model.fit(x, y, epochs=2, verbose=0)
        except (ValueError, RuntimeError) as error:
            print(error)
        return self


model = build()
losses = train(model)
history = Trainer().fit(x, y).history
"""


def test_functions_train_in_a_try(scripts: Scripts) -> None:
    result = converted(PROGRAM, Options(keras="3"))
    assert "\n\n    except" not in result
    apart = scripts.compare(PROGRAM, result)
    assert {"losses", "history"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_a_function_that_is_left_in_a_try_is_refused() -> None:
    text = PROGRAM.replace("self.history = self.model.fit", "return self.model.fit")
    messages = dict(errors(text)).values()
    assert "`fit` is left as it is: `try` in a function that builds a graph" in messages
