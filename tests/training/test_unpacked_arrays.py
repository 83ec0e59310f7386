"""Pairs of arrays that a call unpacks: `model.evaluate(*test)`."""

from __future__ import annotations

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_refusals import errors

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(50, 5)), rng.normal(size=(50, 1))
train = (x[:40], y[:40])
test = x[40:], y[40:]
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(*train, epochs=2, validation_data=test, verbose=0)
score = model.evaluate(*test, verbose=0)
print(history.history)
"""


def test_pairs_are_unpacked(scripts: Scripts) -> None:
    apart = scripts.compare(PROGRAM, converted(PROGRAM))
    assert {"history", "score"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_what_holds_too_much_or_is_not_known_is_refused() -> None:
    for changed in (
        "test = tuple(np.load('test.npy'))",
        "test = x, y, 8, 0, None, 1, None, False, 3",
    ):
        text = PROGRAM.replace("test = x[40:], y[40:]", changed).replace(
            "validation_data=test, ", ""
        )
        assert [line for line, _ in errors(text)] != []
