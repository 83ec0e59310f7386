"""Lists and dicts of models that a function gives back, when another one has built these."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), rng.rand(40, 1)


def build(units):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units, "tanh"), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    return model


"""
ALONE = """\
def train(sizes):
    models = []
    for size in sizes:
        model = build(size)
        model.fit(x, y, epochs=2, batch_size=16, verbose=0)
        models.append(model)
    return models


def together(models, x):
    return np.mean([m.predict(x, verbose=0) for m in models], axis=0)


models = train([3, 5])
prediction, score = together(models, x), [m.evaluate(x, y, verbose=0)[0] for m in models]
"""
BESIDE = """\
def validate(sizes):
    models, scores = [], []
    for size in sizes:
        model = build(size)
        history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
        scores.append(history.history["loss"][-1])
        models.append(model)
    return models, scores


models, scores = validate([3, 5])
best = models[int(np.argmin(scores))]
prediction, score = best.predict(x, verbose=0), np.array(scores)
"""
KEYED = """\
def train(sizes):
    models = {}
    for size in sizes:
        model = build(size)
        model.fit(x, y, epochs=2, batch_size=16, verbose=0)
        models[size] = model
    return models


models = train([3, 5])
prediction = models[5].predict(x, verbose=0)
score = {size: m.evaluate(x, y, verbose=0)[1] for size, m in models.items()}[3]
"""
PROGRAMS = {"alone": ALONE, "beside scores": BESIDE, "in a dict": KEYED}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_they_are_asked_where_they_come_out(scripts: Scripts, program: str) -> None:
    text = HEAD + program
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"prediction", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
