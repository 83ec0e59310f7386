"""A `fit` that is to go on from an epoch behind its last one does nothing."""

from __future__ import annotations

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.RandomState(0)
x, y = rng.rand(20, 4), rng.rand(20, 1)


def run(start, total):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    stops = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    history = model.fit(
        x, y, epochs=total, initial_epoch=start, validation_split=0.2, callbacks=[stops], verbose=0
    )
    return history.history.get("loss", []), model.predict(x, verbose=0)


losses, first = run(0, 3)
none, second = run(3, 3)
"""


def test_there_are_no_best_weights_to_go_back_to(scripts: Scripts) -> None:
    apart = scripts.compare(PROGRAM, converted(PROGRAM, Options(exact=True)))
    assert {"losses", "first", "none", "second"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
