"""Loops and conditions that do nothing but what stands in their heads: they do it still."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts

PROGRAM = """\
import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
log, numbers, last = [], iter(range(9)), 0.0


def warm():
    for number in range(3):
        log.append(number)
        yield number

{begin}
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
{idle}
{end}
length, following = len(log), next(numbers)
"""
IDLE = [
    "for _ in warm():\n    pass",
    "for last in (2.0, 3.0):\n    pass",
    "for number in numbers:\n    if number == 3:\n        break",
    "while next(numbers) < 4:\n    continue",
    "if log.append(1):\n    pass",
    "for number in range(2):\n    if number > 5:\n        break\nelse:\n    last = 1.0",
]
ROOMS = {
    "function": (
        "def run(last):",
        "    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history['loss'], last\n\n\n"
        "history, last = run(0.5)",
    ),
    "builder": (
        "def build(last):",
        "    return model\n\n\nmodel = build(0.5)\n"
        "history = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history",
    ),
    "module": (
        "if True:",
        "history = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history",
    ),
}


@pytest.mark.parametrize("idle", IDLE)
@pytest.mark.parametrize("room", ROOMS)
def test_their_heads_do_what_they_did(room: str, idle: str, scripts: Scripts) -> None:
    if room == "module" and "else" in idle:
        pytest.skip("a condition of the module around it is refused, and says so")
    begin, end = ROOMS[room]
    inside = "\n".join(f"    {line}" for line in idle.split("\n"))
    text = PROGRAM.format(begin=begin, idle=inside, end=end)
    apart = scripts.compare(text, converted(text))
    assert {"history", "length", "following", "last"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
