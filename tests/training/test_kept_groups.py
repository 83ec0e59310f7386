"""Lists and dicts of models that objects keep: made, trained and asked by methods of their own."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

EXACT = Options(exact=True)
HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), rng.rand(40, 1)


def build(units, rate=0.01):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units, "tanh"), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(rate), "mse", metrics=["mae"])
    return model


class Ensemble:
"""
LISTED = """\
    def __init__(self, n):
        self.models = []
        for k in range(n):
            self.models.append(build(k + 3))

"""
DISPLAYED = """\
    def __init__(self, n):
        self.models = [build(k + 3, 0.05) for k in range(n)]

"""
KEYED = """\
    def __init__(self, n):
        self.models = {}
        for k in range(n):
            self.models[k] = build(k + 3)

"""
FIT = """\
    def fit(self, x, y):
        for m in self.models:
            m.fit(x, y, epochs=2, batch_size=16, verbose=0)
        return self

"""
COUNTED = FIT.replace("for m in self.models", "for i, m in enumerate(self.models)")
ZIPPED = FIT.replace("for m in self.models", "for m, _ in zip(self.models, range(9))")
BY_PLACE = """\
    def fit(self, x, y):
        for i in range(len(self.models)):
            self.models[i].fit(x, y, epochs=2, batch_size=16, verbose=0)
        return self

"""
BY_KEY = FIT.replace("for m in self.models", "for k, m in self.models.items()")
OF_DICT = FIT.replace("in self.models", "in self.models.values()")
AT_ONCE = """\
    def __init__(self, n):
        self.n = n
        self.models = []

    def fit(self, x, y):
        rest = y.copy()
        for i in range(self.n):
            model = build(8)
            model.fit(x, rest, epochs=2, batch_size=16, verbose=0)
            rest = rest - model.predict(x, verbose=0)
            self.models.append(model)
        return self

"""
ASKED = """\
    def predict(self, x):
        return np.sum([m.predict(x, verbose=0) for m in self.models], axis=0)

    def score(self, x, y):
        return [m.evaluate(x, y, verbose=0)[1] for m in self.models]


"""
RUN = """\
e = Ensemble(3)
e.fit(x, y)
prediction, score = e.predict(x), e.score(x, y)
e.fit(x, y)
losses, again = np.array(e.score(x, y)), e.models[0].predict(x, verbose=0)
n = len(e.models)
"""
OF_VALUES = ASKED.replace("in self.models", "in self.models.values()")
COMPILED = """\
    def __init__(self, n, rate=0.05):
        self.models = []
        for k in range(n):
            m = keras.Sequential([keras.Input((4,)), layers.Dense(k + 2, "tanh"), layers.Dense(1)])
            m.compile(keras.optimizers.Adam(rate), "mse", metrics=["mae"])
            self.models.append(m)

"""
METHODS = {
    "a loop": LISTED + FIT + ASKED,
    "counted": DISPLAYED + COUNTED + ASKED,
    "zipped": LISTED + ZIPPED + ASKED,
    "by place": DISPLAYED + BY_PLACE + ASKED,
    "by key": KEYED + BY_KEY + OF_VALUES,
    "of a dict": KEYED + OF_DICT + OF_VALUES,
    "compiled where they are made": COMPILED + FIT + ASKED,
    "trained where they are made": AT_ONCE + ASKED,
}


@pytest.mark.parametrize("methods", METHODS.values(), ids=METHODS)
def test_each_model_goes_on_with_its_own_optimizer(scripts: Scripts, methods: str) -> None:
    """Two calls of the method that trains them step the same optimizers."""
    head = HEAD if "build(" in methods else HEAD.partition("def build")[0] + "class Ensemble:\n"
    text = head + methods + RUN
    apart = scripts.compare(text, converted(text, EXACT))
    assert {"prediction", "score", "losses", "again", "n"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_the_optimizers_stand_beside_the_models() -> None:
    text = converted(HEAD + LISTED + FIT + ASKED + RUN, EXACT)
    assert "for m, optimizer in zip(self.models, self.optimizers):\n" in text
    assert "KerasAdam(model.parameters(), lr=0.01, eps=1e-7) for model in self.models" in text
    trained_at_once = converted(HEAD + AT_ONCE + ASKED.partition("    def score")[0])
    assert "self.optimizer" not in trained_at_once  # which the next model has another of


CHANGING = """\
    def __init__(self, n, rate):
        self.models = []
        for _ in range(n):
            self.models.append(build(4, rate))
            rate /= 2

"""
TWICE = """\
    def __init__(self, n):
        self.models = []
        self.more(n)

    def more(self, n):
        for k in range(n):
            self.models.append(build(k + 3))

"""
SHARED = """\
    def __init__(self, n):
        self.models = []
{}        for k in range(n):
{}            self.models.append(m)

"""
OUTSIDE = "e = Ensemble(2)\n"
REFUSED = {
    "another rate": LISTED.replace("k + 3", "k + 3, 0.1 * k") + FIT + ASKED,
    "a rate that changes": CHANGING + FIT + ASKED,
    "a part": LISTED + FIT.replace("in self.models", "in self.models[1:]") + ASKED,
    "taken out": LISTED + FIT + ASKED.replace("axis=0)", "axis=0) + self.models.pop()"),
    "filled again": TWICE + FIT + ASKED,
    "from outside": LISTED + FIT + ASKED + OUTSIDE + "e.models[0].fit(x, y)\n",
    "another name": LISTED + FIT + ASKED + OUTSIDE + "ms = e.models\nms.reverse()\n",
    "asked before": COMPILED.replace("append(m)", "append(m)\n            m.evaluate(x, y)") + FIT,
    "compiled with another rate": COMPILED.replace("(rate)", "(rate * k)") + FIT,
    "one for all": SHARED.format("        m = build(3)\n", "") + FIT,
    "each twice": SHARED.format(
        "", "            m = build(k)\n            for _ in range(2):\n    "
    )
    + FIT,
    "deleted": LISTED + FIT + ASKED + OUTSIDE + "del e.models[0]\n",
}


@pytest.mark.parametrize("methods", REFUSED.values(), ids=REFUSED)
def test_where_a_model_may_meet_the_optimizer_of_another_it_is_said(methods: str) -> None:
    found = convert(HEAD + methods).diagnostics
    assert any(one.severity is Severity.ERROR and "`fit`" in one.message for one in found)


def test_what_a_method_asks_of_models_of_a_list_is_converted(scripts: Scripts) -> None:
    """Of models that nothing compiles, methods asked without a word (`m.predict` stayed)."""
    text = HEAD.replace(
        '    model.compile(keras.optimizers.Adam(rate), "mse", metrics=["mae"])\n', ""
    )
    text += LISTED + ASKED.partition("    def score")[0] + "prediction = Ensemble(2).predict(x)\n"
    apart = scripts.compare(text, converted(text, EXACT))
    assert apart["prediction"] < 1e-9
