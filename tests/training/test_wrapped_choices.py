"""Layers that one condition picks and another one wraps: the model has those that it calls."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x, y = rng.normal(size=(20, 5, 3)), rng.normal(size=(20, 1))


def build(units, both=False, kind="lstm"):
    inputs = hidden = keras.Input((5, 3))
"""
PICKED = """\
    if kind == "lstm":
        layer = layers.LSTM(units{more})
    {test}:
        layer = layers.GRU(units{more})
    if both:
        layer = layers.Bidirectional(layer)
    hidden = layer(hidden)
"""
REST = """\
    return keras.Model(inputs, layers.Dense(1)(hidden))


losses = []
"""
TRAINED = """\
model_{n} = build(4, {given})
model_{n}.compile("sgd", "mse")
losses += model_{n}.fit(x, y, shuffle=False, verbose=0).history["loss"]
"""
GIVEN = ['both=True, kind="lstm"', 'both=True, kind="gru"', 'both=False, kind="gru"']
THIRD = "\n    else:\n        layer = layers.SimpleRNN(units)\n    if both:"
IN_LOOP = """\
    for place in range(2):
        last = place == 1
"""


def _builder(form: str) -> str:
    if form == "loop":
        more = ", return_sequences=not last"
        lines = PICKED.format(test="else", more=more).splitlines()
        return IN_LOOP + "".join(f"    {line}\n" for line in lines)
    made = PICKED.format(test="else" if form == "two" else 'elif kind == "gru"', more="")
    return made if form == "two" else made.replace("\n    if both:", THIRD)


@pytest.mark.sample(1)
@pytest.mark.parametrize("form", ["two", "three", "loop"])
def test_only_the_layers_that_are_called_are_there(form: str, scripts: Scripts) -> None:
    given = GIVEN if form != "three" else [*GIVEN, 'both=True, kind="rnn"']
    trained = "".join(TRAINED.format(n=n, given=one) for n, one in enumerate(given))
    text = HEAD + _builder(form) + REST + trained
    apart = scripts.compare(text, converted(text))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart
