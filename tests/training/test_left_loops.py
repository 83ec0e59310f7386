"""Loops that a function leaves after the first round, to look at a batch: they stay as they are."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

x = np.random.RandomState(0).rand(24, 3).astype("float32")
y = x.sum(1, keepdims=True)
seen = []


def run(sizes):
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
    width = 1
    {before}
    model = {model}
    model.compile("sgd", "mse")
    losses = model.fit(data, epochs=2, verbose=0).history["loss"]
    {after}
    return losses


losses = run([4, 5])
count = len(seen)
"""
ONE = "keras.Sequential([keras.Input((3,)), keras.layers.Dense(width), keras.layers.Dense(1)])"
LOOKS = """\
    for a, b in data:
        print(a.shape)
        seen.append(b.shape[0])
        break
"""
WAYS = {
    "before": (LOOKS.strip(), ONE, "pass", LOOKS),
    "after": ("pass", ONE, LOOKS.strip(), LOOKS),
    "one": (
        "for a, b in data.take(1):\n        break",
        ONE,
        "seen.append(a.shape[1])",
        "    for a, b in data.take(1):\n        break\n",
    ),
    "under a test": (
        "for a in x:\n        if a[0] > 0.9:\n            break\n        seen.append(a[0])",
        ONE,
        "pass",
        "    for a in x:\n        if a[0] > 0.9:\n            break\n        seen.append(a[0])\n",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_they_are_left_there_too(way: str, scripts: Scripts) -> None:
    before, model, after, text = WAYS[way]
    program = PROGRAM.format(before=before, model=model, after=after)
    result = converted(program, Options(exact=True))
    assert text.replace("data.take(1)", "islice(data, 1)") in result
    apart = scripts.compare(program, result)
    assert {"losses", "count"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_layers_of_the_first_round_alone(scripts: Scripts) -> None:
    build = "keras.Sequential([keras.Input((3,))])\n    for size in sizes:\n"
    build += "        model.add(keras.layers.Dense(size))\n        break\n"
    build += "    model.add(keras.layers.Dense(1))"
    program = PROGRAM.format(before="pass", model=build, after="pass")
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart
