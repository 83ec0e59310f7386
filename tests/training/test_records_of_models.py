"""Models that loops keep beside their scores, in tuples and dicts of lists and dicts."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x = rng.rand(24, 4)
y = rng.rand(24, 1)


def build(units):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


"""
LOOP = """\
runs = []
results = {}
for units in (2, 3, 5):
    model = build(units)
    history = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    loss, mae = model.evaluate(x, y, verbose=0)
"""
KEPT = {
    "a pair in a loop": (
        "    runs.append((units, model))\n"
        "found = []\nfor units, one in runs:\n    found.append(one.predict(x, verbose=0))\n"
    ),
    "the best pair": (
        "    runs.append((loss, model))\nbest = min(runs, key=lambda run: run[0])\n"
        "found = best[1].predict(x, verbose=0)\n"
    ),
    "the best of three parts": (
        "    runs.append((loss, units, model))\n"
        "loss, units, model = min(runs, key=lambda run: run[0])\n"
        "found = model.predict(x, verbose=0)\n"
    ),
    "the first in order": (
        "    runs.append((loss, model))\n"
        "best = sorted(runs, key=lambda run: run[0])[0][1]\n"
        "found = best.predict(x, verbose=0)\n"
    ),
    "put in order": (
        "    runs.append([loss, model])\nruns.sort(key=lambda run: run[0])\n"
        "loss, best = runs[0]\nfound = best.predict(x, verbose=0)\n"
    ),
    "some of them": (
        "    runs.append((loss, model))\n"
        "first = sorted(runs, key=lambda run: run[0])[:2]\n"
        "found = np.mean([one.predict(x, verbose=0) for _, one in first], axis=0)\n"
    ),
    "a dict in a list": (
        "    runs.append({'model': model, 'loss': loss})\n"
        "best = min(runs, key=lambda run: run['loss'])\n"
        "found = best['model'].predict(x, verbose=0)\n"
        "score = best['model'].evaluate(x, y, verbose=0)\n"
    ),
    "a dict in a dict": (
        "    results[units] = {'model': model, 'loss': loss, 'history': history}\n"
        "best = min(results, key=lambda k: results[k]['loss'])\n"
        "found = results[best]['model'].predict(x, verbose=0)\n"
        "losses = [r['history'].history['loss'][-1] for r in results.values()]\n"
    ),
    "by its entries": (
        "    results[units] = {'model': model, 'loss': loss}\n"
        "found = []\nfor units, run in results.items():\n"
        "    found.append(run['model'].predict(x, verbose=0))\n    losses = run['loss']\n"
    ),
    "by entries with parts": (
        "    results[units] = loss, model\n"
        "found = []\nfor units, (loss, one) in results.items():\n"
        "    found.append(one.predict(x, verbose=0))\n"
    ),
    "under a condition": (
        "    if loss < 5:\n        runs.append((loss, model))\n"
        "found = []\nfor loss, one in runs:\n    found.append(one.predict(x, verbose=0))\n"
    ),
}
SEARCH = """\
def search(sizes):
    runs = []
    for units in sizes:
        model = build(units)
        model.fit(x, y, epochs=2, shuffle=False, verbose=0)
        runs.append((model.evaluate(x, y, verbose=0)[0], units, model))
    return min(runs, key=lambda run: run[0])


loss, units, model = search((2, 3))
found = model.predict(x, verbose=0)
"""


@pytest.mark.parametrize("how", [*KEPT, "given by a function"])
def test_what_is_kept_is_asked(how: str, scripts: Scripts) -> None:
    program = HEAD + (LOOP + KEPT[how] if how in KEPT else SEARCH)
    text = converted(program, Options(exact=True))
    assert "np.mean([predict(" in text or "= predict(" in text or ".append(predict(" in text
    apart = scripts.compare(program, text)
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart


OTHER = """\
def other(units):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units), layers.Dense(1)])
    model.compile("adam", "mae")
    return model


"""
REFUSED = {
    "one of them is trained on": (
        "    runs.append((loss, model))\nruns[0][1].fit(x, y, verbose=0)\n"
    ),
    "all of them are": (
        "    runs.append((loss, model))\nfor _, one in runs:\n    one.fit(x, y, verbose=0)\n"
    ),
    "they are compiled in several ways": (
        "    runs.append((loss, model))\nlast = other(3)\nlast.fit(x, y, verbose=0)\n"
        "runs.append((0.0, last))\nfound = runs[-1][1].evaluate(x, y, verbose=0)\n"
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_not_known_is_refused(why: str) -> None:
    program = HEAD + (OTHER if "other(" in REFUSED[why] else "") + LOOP + REFUSED[why]
    made = convert(program)
    assert any(d.severity is Severity.ERROR for d in made.diagnostics)
