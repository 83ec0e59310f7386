"""Recurrent layers that keep their steps in all rounds of a loop but the last one."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import GRU, LSTM, Dense, Dropout

x = np.random.RandomState(0).rand(24, 5, 4)
y = x.sum((1, 2)).reshape(-1, 1)


def create_model(count):
    {before}
    for i in range(count):
{loop}
    {after}
    model.compile("sgd", "mse")
    return model


model = create_model({count})
history = model.fit(x, y, epochs=2, verbose=0, shuffle=False).history
"""
SEQUENTIAL = ("model = keras.Sequential()", "model.add(Dense(1))")
FUNCTIONAL = ("inputs = h = keras.Input((5, 4))", "model = keras.Model(inputs, Dense(1)(h))")
LOOPS = {
    "first and last": (
        SEQUENTIAL,
        """\
        if i == 0:
            # the first
            model.add(LSTM(3, return_sequences=True, input_shape=(5, 4)))
        elif i == count - 1:
            # the last
            model.add(LSTM(3))
        else:
            model.add(LSTM(3, return_sequences=True))""",
    ),
    "last": (
        FUNCTIONAL,
        """\
        if i == count - 1:
            h = GRU(3, return_sequences=False)(h)
        else:
            h = GRU(3, return_sequences=True)(h)""",
    ),
    "computed": (
        SEQUENTIAL,
        """\
        if i == 0:
            model.add(LSTM(3, return_sequences=True, input_shape=(5, 4)))
        else:
            model.add(LSTM(3, return_sequences=i < count - 1))""",
    ),
    "all but the last": (
        FUNCTIONAL,
        """\
        if i < count - 1:
            h = LSTM(3, return_sequences=True, name=f"lstm_{i}")(h)
            h = Dropout(0.0)(h)
        else:
            h = LSTM(3, name=f"lstm_{i}")(h)
            h = Dropout(0.0)(h)""",
    ),
}


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("way", LOOPS)
def test_one_layer_keeps_them(way: str, count: int, scripts: Scripts) -> None:
    (before, after), loop = LOOPS[way]
    text = PROGRAM.format(before=before, after=after, loop=loop, count=count)
    made = converted(text, Options(exact=True))
    assert made.count("self.forward") == 0
    assert all(comment in made for comment in ("# the first", "# the last")) == ("# the" in loop)
    apart = scripts.compare(text, made)
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "loop",
    [
        "        if i:\n            model.add(LSTM(3))\n"
        "        else:\n            model.add(GRU(3))",
        "        if i:\n            model.add(LSTM(3))\n        else:\n"
        "            model.add(LSTM(4, return_sequences=True))",
        "        if i:\n            model.add(LSTM(3, return_sequences=True))",
    ],
)
def test_other_layers_are_others(loop: str) -> None:
    before, after = SEQUENTIAL
    text = PROGRAM.format(before=before, after=after, loop=loop, count=2)
    assert "internal error" not in str(convert(text).diagnostics)
