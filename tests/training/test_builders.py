"""Models that functions give, several in one statement, and what they are called on."""

from __future__ import annotations

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

PAIR = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


def build(units):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(units), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.01), "mse")
    return model


small, large = build(2), build(5)
first = small.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
second = large.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
guess = small(tf.constant(x[:3])).numpy()
other = large(tf.convert_to_tensor(x, dtype=tf.float32), training=False)
mean = float(np.mean(other.numpy()))
"""


def test_each_has_an_optimizer_of_its_own(scripts: Scripts) -> None:
    result = converted(PAIR, Options(exact=True))
    assert "small, large = build(2), build(5)\n" in result
    assert "guess = predict(small, x[:3])\n" in result
    apart = scripts.compare(PAIR, result)
    assert {"first", "second", "guess", "mean"} <= apart.keys()
    assert max(v for k, v in apart.items() if k not in ("other", "mean")) < 1e-9, apart
    assert apart["mean"] < 1e-6, apart  # of numbers in single precision
