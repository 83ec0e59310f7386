"""Schedules that are classes of the program's own, by the functions that they compute with."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

r = np.random.RandomState(0)
x, y = r.rand(40, 5), r.rand(40, 1)


class Warm(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, top, warmup=4):
        super().__init__()
        self.top = top
        self.warmup = warmup

    def __call__(self, step):
        {}


m = keras.Sequential([keras.Input((5,)), layers.Dense(1)])
m.compile(keras.optimizers.SGD(Warm(0.1)), "mse")
h = m.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0).history
"""
BODIES = [
    "step = tf.cast(step, tf.float32)\n"
    "        down = self.top * tf.math.rsqrt(tf.maximum(step, 1.0))\n"
    "        return tf.where(step < self.warmup, self.top * step / self.warmup, down)",
    "n = tf.cast(step, tf.float32)\n"
    "        up = self.top * tf.minimum(1.0, n / self.warmup)\n"
    "        return tf.maximum(up, self.top * tf.sqrt(tf.minimum(n, 3.0)) / 3)",
    "n = tf.cast(step, tf.float32)\n        return self.top * tf.exp(-tf.maximum(n - 4.0, 0.0))",
    "return self.top * tf.exp(tf.minimum(0.0, -0.1 * tf.cast(step, tf.float32)))",
    "n = tf.cast(step, tf.float32)\n"
    "        done = tf.maximum(tf.minimum(n / self.warmup, 1.0), 0.0)\n"
    "        return 0.5 * self.top * (1.0 + tf.cos(np.pi * done))",
    "n = tf.cast(step, tf.float32)\n"
    "        part = (n - 1.0) / 8\n"
    "        part = part if self.warmup else n\n"
    "        rest = tf.minimum(n, self.warmup)\n"
    "        return self.top * (2.0 + tf.sin(rest))",
    "half = tf.cast(self.top, tf.float32) / 2\n        return tf.sqrt(tf.maximum(half, 0.5))",
]


@pytest.mark.parametrize("body", BODIES)
def test_python_numbers_and_tensors_go_together(body: str, scripts: Scripts) -> None:
    program = PROGRAM.format(body)
    made = convert(program, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(program, made.text)
    assert "h" in apart
    assert max(apart.values()) < 1e-6, apart  # they compute in float32
