"""Lists and dicts of what training gives, made in one expression: they are filled by a loop."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.source.rewritings.trained_in_turn import trained_in_turn

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(20, 4)
y = x.sum(1)


def make(units):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


"""
LISTED = """\
models = [make(units) for units in (3, 5)]
histories = [
    m.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0) for m in models
]
losses = [history.history["loss"][-1] for history in histories]
mean = np.mean([m.predict(x, verbose=0) for m in models], axis=0)
one = make(2)
again = [one.fit(x, y, shuffle=False, verbose=0).history["loss"][0] for _ in range(3)]
"""
KEYED = """\
models = {"small": make(2), "large": make(6)}
histories = {
    name: m.fit(x, y, epochs=2, shuffle=False, verbose=0) for name, m in models.items() if name
}
losses = {name: history.history["loss"] for name, history in histories.items()}
losses = [*losses["small"], *losses["large"]]
"""
ASKED = """\
one = make(2)
one.fit(x, y, epochs=2, shuffle=False, verbose=0)
scores = [one.evaluate(x[i : i + 5], y[i : i + 5], verbose=0) for i in range(0, 20, 5)]
parts = {"all": (x, y), "first": (x[:5], y[:5])}
of_parts = {name: one.evaluate(a, b, verbose=0) for name, (a, b) in parts.items()}
losses = [*scores, *of_parts.values()]
"""


def test_models_that_are_asked_of_other_data_in_turn(scripts: Scripts) -> None:
    text = converted(HEAD + ASKED, Options(exact=True))
    assert "for i in range(0, 20, 5):\n" in text
    assert "of_parts[name] = evaluate(" in text
    apart = scripts.compare(HEAD + ASKED, text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


INSIDE = """\
one = make(2)
one.fit(x, y, epochs=2, shuffle=False, verbose=0)


def parts(model, count):
    return np.array([model.evaluate(x[n:], y[n:], verbose=0) for n in range(count)]) - 1


mean = np.mean([one.evaluate(x[i : i + 5], y[i : i + 5], verbose=0) for i in range(0, 20, 5)])
total = sum(one.evaluate(x[:n], y[:n], verbose=0) for n in (5, 10)) / 2
found = parts(one, 3)
"""


def test_what_is_made_inside_of_an_expression(scripts: Scripts) -> None:
    text = converted(HEAD + INSIDE, Options(exact=True))
    assert "    return np.array(scores) - 1\n" in text
    assert "total = sum(scores) / 2\n" in text
    apart = scripts.compare(HEAD + INSIDE, text)
    assert {"mean", "total", "found"} <= set(apart)
    assert max(apart.values()) < 1e-9, apart


def test_models_that_are_asked_of_the_same_data_stay_in_one_line() -> None:
    each = "scores = [m.evaluate(x, y, verbose=0) for m in models]\n"
    text = "models = [make(3), make(4)]\nfor m in models:\n    m.fit(x, y, verbose=0)\n" + each
    assert "scores = [evaluate(m, " in converted(HEAD + text)


@pytest.mark.parametrize("program", [LISTED, KEYED], ids=["lists", "dicts"])
def test_what_is_filled_in_turn(program: str, scripts: Scripts) -> None:
    text = converted(HEAD + program, Options(exact=True))
    assert "for m in models:\n" in text or "for name, m in models.items():\n    if name:\n" in text
    apart = scripts.compare(HEAD + program, text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


SEEN = {
    "its variable is read afterwards": "m = 3\nfits = [m.fit(x) for m in models]\nprint(m)\n",
    "a function reads its variable": (
        "def f():\n    return m\nfits = [m.fit(x) for m in models]\n"
    ),
    "a loop around it has its variable": (
        "for m in models:\n    fits = [m.fit(x) for m in models]\n    print(m)\n"
    ),
    "it reads what it makes anew": "models = [m.fit(x) for m in models]\n",
    "there is a comment in it": "fits = [\n    m.fit(x)  # all\n    for m in models\n]\n",
    "it is a part of a line": "a = 1; fits = [m.fit(x) for m in models]\n",
    "something comes before it": "a = f(b(), [m.fit(x) for m in models])\n",
    "it is read in parts": "a = any(m.fit(x) for m in models)\n",
    "the variable of a class": "class A:\n    fits = [m.fit(x) for m in models]\n",
}


@pytest.mark.parametrize("why", SEEN)
def test_what_a_loop_would_change_stays(why: str) -> None:
    assert trained_in_turn(SEEN[why]) is None


def test_models_of_others_stay_as_they_are() -> None:
    others = "fits = [one.fit(x, y) for one in (LinearRegression(), Ridge())]\n"
    text = "from sklearn.linear_model import LinearRegression, Ridge\n" + HEAD + others
    assert others in convert(text + "make(3).fit(x, y)\n").text
