"""Objects of other libraries by the names that models have, too."""

from __future__ import annotations

import pytest

from transpiler.source.foreign_objects import foreign_objects

PROGRAM = """\
import xgboost as xgb
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from tensorflow import keras


def build():
    return keras.Sequential()


{lines}
"""
IS = [
    "model = Ridge()\nmodel.fit(x, y)  # here\nmodel = build()",
    "model = build()\nmodel = xgb.XGBRegressor(n=3)\nmodel.fit(x, y)  # here",
    "model = Ridge().fit(x, y)\nprint(model.predict(x))  # here",
    "def run():\n    model = Ridge()\n    model.fit(x, y)  # here\nmodel = build()",
    "if plain:\n    model = Ridge()\n    model.fit(x, y)  # here\nelse:\n    model = build()",
    "for a in rates:\n    model = Ridge(a)\n    model.fit(x, y)  # here\nmodel = build()",
    "model: Ridge = make_pipeline(Ridge())\nfor _ in '12':\n    model.fit(x, y)  # here",
]
IS_NONE = [
    "model = build()\nmodel.fit(x, y)  # here\nmodel = Ridge()",
    "if plain:\n    model = Ridge()\nelse:\n    model = build()\nmodel.fit(x, y)  # here",
    "model = Ridge()\nfor _ in '12':\n    model.fit(x, y)  # here\n    model = build()",
    "model = Ridge()\nif deep:\n    model = build()\nmodel.fit(x, y)  # here",
    "model = Ridge()\ndef run(model):\n    model.fit(x, y)  # here",
    "def run(Ridge):\n    model = Ridge()\n    model.fit(x, y)  # here",
    "model = Ridge()\nfor model in models:\n    model.fit(x, y)  # here",
    "try:\n    model = Ridge()\nexcept E:\n    model = build()\nmodel.fit(x, y)  # here",
    "model = Ridge()\ntry:\n    model = build()\n    run()\nexcept E:\n    model.fit(x, y)  # here",
    "from own import Ridge\nmodel = Ridge()\nmodel.fit(x, y)  # here",
    "model = Ridge()\nmatch kind:\n    case 1:\n        model = build()\nmodel.fit(x, y)  # here",
    "model = Ridge(KerasRegressor(build))\nmodel.fit(x, y)  # here",
]


@pytest.mark.parametrize("lines", IS)
def test_it_surely_holds_one(lines: str) -> None:
    text = PROGRAM.format(lines=lines)
    assert _asked(text) in foreign_objects(text)


@pytest.mark.parametrize("lines", IS_NONE)
def test_it_may_hold_something_else(lines: str) -> None:
    text = PROGRAM.format(lines=lines)
    assert _asked(text) not in foreign_objects(text)


def _asked(text: str) -> tuple[int, int]:
    """The span of the variable in the line with the mark."""
    start = text.index("model.", text.rindex("\n", 0, text.index("# here")))
    return start, start + len("model")
