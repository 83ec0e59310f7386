"""A builder without an input shape whose models are trained on data of several widths."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow import keras

rng = np.random.default_rng(0)
table = pd.DataFrame(rng.normal(size=(30, 4)), columns=list("abcd"))
array = rng.normal(size=(30, 4))
y = table.sum(axis=1)
{more}


def build(width):
    model = keras.Sequential([keras.layers.Dense(width), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


first = build(4)
losses = first.fit({one}, y, epochs=2, verbose=0).history["loss"]
second = build(3)
others = second.fit({other}, y, epochs=2, verbose=0).history["loss"]
"""
APART = {
    "tables": ('part = table[["a", "c"]]', "table", "part"),
    "a table and an array": ("", "table", "array"),
    "an array and something unknown": ("part = np.load('a.npy')", "array", "part"),
    "columns side by side": (
        "wide = np.concatenate([array, array], axis=1)",
        "array",
        "wide",
    ),
    "halves": ("part, _ = train_test_split(table[['a']], test_size=0)", "table", "part"),
}


@pytest.mark.parametrize("case", list(APART))
def test_widths_that_may_differ_are_refused(case: str) -> None:
    more, one, other = APART[case]
    program = PROGRAM.format(more=more, one=one, other=other)
    said = convert(program).diagnostics
    assert any(d.severity is Severity.ERROR for d in said)


SAME = {
    "table": ("", "table", "table"),
    "array": ("", "array", "array"),
    "rows": ("part = table[2:]\ny = y[2:]", "part", "part"),
    "a fold": ("fold = np.concatenate([array[:10], array[10:]], axis=0)", "array", "fold"),
}


@pytest.mark.parametrize("same", list(SAME))
def test_the_same_data_has_one(same: str, scripts: Scripts) -> None:
    more, one, other = SAME[same]
    program = PROGRAM.format(more=more, one=one, other=other)
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart


NORMALIZED = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(30, 5)), rng.normal(size=30)
each, all_in_one = keras.layers.Normalization(), keras.layers.Normalization(axis=None)
each.adapt(x[:, :3])
all_in_one.adapt(x)


def build(normalize):
    model = keras.Sequential([normalize, keras.layers.Dense(4), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


first = build(each)
first.fit(x[:, :3], y, verbose=0)
second = build(all_in_one)
second.fit(x, y, verbose=0)
"""


def test_a_normalization_that_tells_no_width_is_refused_in_each_call() -> None:
    said = [d.message for d in convert(NORMALIZED).diagnostics if d.severity is Severity.ERROR]
    assert any("of all columns by the same numbers" in message for message in said), said
