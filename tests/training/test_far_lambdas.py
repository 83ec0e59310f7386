"""Lambdas that data sets get through parameters, or whose names mean something else there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted, of_file
from tests.training.scripts import Scripts
from transpiler.options import Options

HEAD = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.RandomState(0)
x = rng.rand(24, 4)
y = rng.rand(24, 1)
base = tf.data.Dataset.from_tensor_slices((x, y))
"""
TAIL = """
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
losses = model.fit(train, epochs=2, verbose=0).history["loss"]
"""
FAR = {
    "two of a function": (
        "def prep(data, change):\n    return data.map(change).batch(6)\n\n\n"
        "train = prep(base.take(18), lambda a, b: (a * 0.5, b))\n"
        "rest = prep(base.skip(18), lambda a, b: (a, b))\n"
    ),
    "one whose name is hidden": (
        "n = 3.0\n\n\ndef prep(change, n):\n    return base.map(change).batch(n)\n\n\n"
        "train = prep(lambda a, b: (a * n, b), 6)\n"
    ),
    "of a variable, whose name is hidden": (
        "k = 2.0\nchange = lambda a, b: (a * k, b)\n\n\ndef prep(k):\n"
        "    return base.map(change).batch(k)\n\n\ntrain = prep(6)\n"
    ),
    "of a method": (
        "class Data:\n    def batches(self, keep):\n        return base.filter(keep).batch(6)\n\n\n"
        "train = Data().batches(lambda a, b: b[0] > 0.2)\n"
    ),
    "of a generator": (
        "def prep(make):\n    kinds = (tf.TensorSpec((4,)), tf.TensorSpec((1,)))\n"
        "    return tf.data.Dataset.from_generator(make, output_signature=kinds).batch(6)\n\n\n"
        "train = prep(lambda: ((a, b) for a, b in zip(x, y)))\n"
    ),
    "called in another one": (
        "def prep(change):\n    return base.map(lambda a, b: (change(a), b)).batch(6)\n\n\n"
        "train = prep(lambda a: a * 0.5)\n"
    ),
}


@pytest.mark.parametrize("how", FAR)
def test_what_would_mean_something_else_is_refused(how: str, tmp_path: Path) -> None:
    _, errors, _ = of_file(HEAD + FAR[how] + TAIL, tmp_path)
    assert errors
    assert not any("internal error" in one for one in errors), errors


NEAR = {
    "a function": (
        "def half(a, b):\n    return a * 0.5, b\n\n\ndef prep(data, change):\n"
        "    return data.map(change).batch(6)\n\n\ntrain = prep(base, half)\n"
    ),
    "in its place": "k = 0.5\ntrain = base.map(lambda a, b: (a * k, b)).batch(6)\n",
    "a variable": "change = lambda a, b: (a * 0.5, b)\ntrain = base.map(change).batch(6)\n",
    "of a function": (
        "k = 0.5\nchange = lambda a, b: (a * k, b)\n\n\ndef prep(size):\n"
        "    return base.map(change).batch(size)\n\n\ntrain = prep(6)\n"
    ),
}


@pytest.mark.parametrize("how", NEAR)
def test_what_means_the_same_is_written(how: str, scripts: Scripts) -> None:
    program = HEAD + NEAR[how] + TAIL
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_places_that_are_listed_become_tensors(scripts: Scripts) -> None:
    change = "train = base.map(lambda a, b: (tf.gather_nd(a, [[3], [0], [1], [2]]), b)).batch(6)\n"
    program = HEAD + change + TAIL
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart
