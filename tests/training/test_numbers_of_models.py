"""Searches that build the model anew with what the best one was built with."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(60, 3)
y = x.sum(1)


def build(units, rate):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(units), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(rate), "mse", metrics=["mae"])
    return model


results, best, least = [], None, 1e9
for units in (4, 8):
    for rate in (0.01, 0.001):
        params = {{"units": units, "rate": rate}}
        model = build(units, rate)
        {score}
        {noted}
{picked}
history = model.fit(x, y, epochs=2, verbose=0).history
losses = history["loss"]
"""
FITTED = """\
history = model.fit(x[:40], y[:40], validation_data=(x[40:], y[40:]), verbose=0)
        score = min(history.history["val_loss"])"""
SCORES = {
    "history": FITTED,
    "last": FITTED.replace("min(", "").replace('"])', '"][-1]'),
    "evaluate": """\
model.fit(x[:40], y[:40], verbose=0)
        score, _ = model.evaluate(x[40:], y[40:], verbose=0)""",
}
IF = "if score < least:\n            "
#: What is noted of each model, and what is made of it.
SEARCHES = {
    "tuples": (
        "results.append((score, units, rate))",
        "results.sort()\nbest = results[0]\nmodel = build(best[1], best[2])",
    ),
    "unpacked": (
        "results.append((score, units, rate))",
        "_, units, rate = min(results)\nmodel = build(units, rate)",
    ),
    "dicts": (
        'results.append({"score": score, "units": units, "rate": rate})',
        'best = min(results, key=lambda r: r["score"])\n'
        'model = build(best["units"], rate=best["rate"])',
    ),
    "keywords": (IF + "least, best = score, params", "model = build(**best)"),
    "dict": (
        IF + "least = score\n            best = params",
        'model = build(best["units"], best["rate"])',
    ),
    "tuple": (
        IF + "least, best = score, (units, rate)",
        "units, rate = best\nmodel = build(units, rate)",
    ),
    "variables": (
        IF + "least, best, best_rate = score, units, rate",
        "model = build(best, best_rate)",
    ),
}


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("search", SEARCHES)
def test_the_best_is_built_anew(search: str, score: str, scripts: Scripts) -> None:
    noted, picked = SEARCHES[search]
    program = PROGRAM.format(score=SCORES[score], noted=noted, picked=picked)
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert {"history", "losses"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
