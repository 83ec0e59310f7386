"""Numbers that get their values in one statement with a tensor or model: they are not lost."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import Dense

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
"""
END = """
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
twice = count * 2
"""
FUNCTION = """

def build(sizes, count=1):
    {begin}
    for size in sizes:
        {round}
    return {returned}


model, count = build([3, 2])
"""
MODULE = """
sizes = [3, 2]
{begin}
for size in sizes:
    {round}
model, count = {returned}
"""
BY_ITSELF = "model = keras.Model(inputs, Dense(1)(h))"
LAYERS = {
    "number": (
        "inputs = keras.Input((6,))\n    h, count = inputs, 0",
        "h = Dense(size)(h)\n        count += size",
        "keras.Model(inputs, Dense(1)(h)), count",
    ),
    "sequential": (
        "net, count = keras.Sequential([keras.Input((6,))]), 0",
        "net.add(Dense(size))\n        count += 1",
        "net, count",
    ),
    "parameter": (
        "h = inputs = keras.Input((6,))",
        "h, count = Dense(size)(h), count * 2",
        "keras.Model(inputs, Dense(1)(h)), count",
    ),
}


@pytest.mark.parametrize("way", LAYERS)
def test_they_are_given_apart(way: str, scripts: Scripts) -> None:
    begin, each, returned = LAYERS[way]
    text = HEAD + FUNCTION.format(begin=begin, round=each, returned=returned) + END
    apart = scripts.compare(text, converted(text))
    assert {"history", "twice"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_so_are_those_of_a_module(scripts: Scripts) -> None:
    begin, each, returned = (part.replace("    ", "") for part in LAYERS["number"])
    each = each.replace("\n", "\n    ")
    text = HEAD + MODULE.format(begin=begin, round=each, returned=returned) + END
    text = text.replace("model, count = keras.Model(inputs, Dense(1)(h)), count", BY_ITSELF)
    apart = scripts.compare(text, converted(text))
    assert {"history", "twice"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_one_that_a_block_gives_is_an_error() -> None:
    block = "\n\ndef block(h, size, count):\n    return Dense(size)(h), count + 1\n"
    text = (
        HEAD
        + block
        + FUNCTION.format(
            begin="h = inputs = keras.Input((6,))",
            round="h, count = block(h, size, count)",
            returned="keras.Model(inputs, Dense(1)(h)), count",
        )
    )
    errors = [d.message for d in convert(text + END).diagnostics if d.severity is Severity.ERROR]
    assert any("`count`" in one for one in errors)
