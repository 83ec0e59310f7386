"""Numbers that TensorFlow computes of Python's: they are Python's, and so is what is asked."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

HEAD = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

x = np.random.RandomState(0).rand(24, 4)
y = x.sum(1, keepdims=True)
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
"""
NUMBERS = {
    "of a function": ("found = tf.math.exp(-0.5).numpy()\n", "found = math.exp(-0.5)\n"),
    "whole": ("found = tf.cast(3.7, tf.int32).numpy()\n", "found = int(3.7)\n"),
    "of a variable": ("b = tf.math.log(2.0)\nfound = b.numpy()\n", "found = b\n"),
    "a root": ("found = 2 * tf.sqrt(9.0).numpy()\n", "found = 2 * 3.0\n"),
    "in a function": (
        "def rate(n):\n    return 0.1 * tf.math.exp(-0.5).numpy() * n\n\n\nfound = rate(2)\n",
        "return 0.1 * math.exp(-0.5) * n\n",
    ),
}


@pytest.mark.parametrize("how", NUMBERS)
def test_a_number_is_no_tensor(how: str, scripts: Scripts) -> None:
    program, written = NUMBERS[how]
    program = f"{HEAD}{program}losses = model.fit(x, y, verbose=0).history['loss']\n"
    text = converted(program, Options(exact=True))
    assert written in text
    apart = scripts.compare(program, text)
    assert {"found", "losses"} <= set(apart)
    assert max(apart.values()) < 1e-6, apart  # TensorFlow's are single precision


def test_epochs_that_are_put_together(scripts: Scripts) -> None:
    program = (
        f"{HEAD}first = model.fit(x, y, epochs=2, shuffle=False, verbose=0)\n"
        "second = model.fit(x, y, epochs=4, initial_epoch=2, shuffle=False, verbose=0)\n"
        "found = [epoch + 1 for epoch in first.epoch + second.epoch]\n"
        "total = sum(e for e in first.epoch + [9])\nalone = [e for e in first.epoch if e]\n"
    )
    text = converted(program, Options(exact=True))
    assert 'for e in range(len(first["loss"])) if e' in text
    apart = scripts.compare(program, text)
    assert {"found", "total", "alone"} <= set(apart)
    assert max(apart.values()) < 1e-9, apart
