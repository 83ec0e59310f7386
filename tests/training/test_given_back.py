"""Models that get back the name which another one has had: each goes with its own optimizer."""

from __future__ import annotations

import pytest

from tests.training.test_refusals import errors

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 5), rng.rand(40, 1)
targets = {"a": y, "b": 2 * y}


def build(loss="mse"):
    model = keras.Sequential([keras.Input((5,)), layers.Dense(4), layers.Dense(1)])
    model.compile("adam", loss)
    return model


"""
SEARCH = """\
best, best_model, models = np.inf, None, []
for number in range(3):
    model = build()
    model.fit(x, y, verbose=0)
    score = model.evaluate(x, y, verbose=0)
    models.append(model)
    if score < best:
        best, best_model = score, model
"""
FILLED = """\
class Many:
    def __init__(self):
        self.models = {}

    def model_of(self, name):
        if name not in self.models:
            self.models[name] = build()
        return self.models[name]

    def train(self):
        for name, target in targets.items():
            model = self.model_of(name)
            model.fit(x, target, verbose=0)


many = Many()
many.train()
many.train()
"""
INLINE = FILLED.replace("model = self.model_of(name)", "MAKE").replace(
    "MAKE",
    "if name not in self.models:\n                self.models[name] = build()\n"
    "            model = self.models[name]",
)
MANY = """\
def made(rate):
    model = keras.Sequential([keras.Input((5,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate, momentum=0.9), "mse")
    return model


models, rates = [], []
for rate in (0.05, 0.02, 0.01):
    model = made(rate)
    model.fit(x, y, verbose=0)
    models.append(model)
    rates.append(rate)
model = pick(models, rates)
model.fit(x, y, verbose=0)
"""
PICKS = [
    "(models, rates):\n    return models[int(np.argmin(rates))]",
    "(models, rates):\n    found = models[int(np.argmin(rates))]\n    return found",
    "(models, rates):\n    return [models[i] for i in np.argsort(rates)][0]",
    "(kept, rates):\n    for one in kept:\n        if one.rate < 0.03:\n            return one",
    "(models, rates):\n    return sorted(zip(rates, models))[0][1]",
    "(them, rates):\n    a, b = them[0], them[-1]\n    return a if rates[0] < 2 else b",
]
BACK = {
    "the best": SEARCH + "model = best_model\nmodel.fit(x, y, verbose=0)\n",
    "one of a list": SEARCH + "model = models[0]\nmodel.fit(x, y, verbose=0)\n",
    "unpacked": SEARCH
    + "pair = best, best_model\nscore, model = pair\nmodel.fit(x, y, verbose=0)\n",
    **{f"of a function: {n}": f"def pick{body}\n\n\n{MANY}" for n, body in enumerate(PICKS)},
    "of a function of another file": f"from picking import pick\n\n\n{MANY}",
    "of a function that fills": FILLED,
    "of a dict that is filled": INLINE,
    "an attribute": """\
class Two:
    def __init__(self):
        self.model = build()

    def run(self):
        self.model.fit(x, y, verbose=0)
        self.old = self.model
        self.model = build()
        self.model.fit(x, y, verbose=0)

    def back(self):
        self.model = self.old
        self.model.fit(x, y, verbose=0)


two = Two()
two.run()
two.back()
""",
    "one of what a method has made": """\
class Search:
    def run(self):
        found = []
        for number in range(3):
            model = build()
            model.fit(x, y, verbose=0)
            found.append((model.evaluate(x, y, verbose=0), number, model))
        self.model = max(found)[2]

    def again(self):
        self.model.fit(x, y, verbose=0)


search = Search()
search.run()
search.again()
""",
    "another loss": """\
model = build()
model.fit(x, y, verbose=0)
kept = model
model = build("mae")
model.fit(x, y, verbose=0)
model = kept
score = model.evaluate(x, y, verbose=0)
""",
}


@pytest.mark.parametrize("way", BACK)
def test_what_asks_an_earlier_model_is_refused(way: str) -> None:
    found = errors(HEAD + BACK[way])
    assert any("fit` is left" in text or "`evaluate` is left" in text for _, text in found), found


ANEW = {
    "the best is asked": SEARCH + "model = best_model\nscore = model.evaluate(x, y, verbose=0)\n",
    "one model": "first = build()\nmodel = first\nmodel.fit(x, y, verbose=0)\n",
    "one that a function gives again": "def shown(model):\n    model.summary()\n    return model\n"
    "\n\nmodel = build()\nmodel = shown(model)\nmodel.fit(x, y, verbose=0)\n",
    "each round": SEARCH + "model = build()\nmodel.fit(x, y, verbose=0)\n",
}


@pytest.mark.parametrize("way", ANEW)
def test_what_asks_the_last_one_is_converted(way: str) -> None:
    assert not errors(HEAD + ANEW[way])
