"""Types that functions on tensors are declared with."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import Tensor, keras

rng = np.random.RandomState(0)
x, y = rng.rand(20, 2), rng.rand(20, 1)


def own(y_true: {of}, y_pred: {of}, weight: float = 1.0) -> {of}:
    return weight * tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)


class Absolute(keras.losses.Loss):
    def call(self, y_true: {of}, y_pred: {of}) -> {of}:
        return tf.reduce_mean(tf.abs(y_true - y_pred), axis=-1)


model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", Absolute(), metrics=[own])
losses = model.fit(x, y, batch_size=8, verbose=0).history
"""


@pytest.mark.parametrize("of", ["tf.Tensor", "Tensor", "'tf.Tensor'"])
def test_they_are_those_of_torch(scripts: Scripts, of: str) -> None:
    text = PROGRAM.format(of=of)
    result = converted(text, Options(exact=True))
    assert "tensorflow" not in result
    assert (
        "def forward(self, y_true: torch.Tensor, y_pred: torch.Tensor) -> torch.Tensor:" in result
    )
    apart = scripts.compare(text, result)
    assert apart["losses"] < 1e-9
