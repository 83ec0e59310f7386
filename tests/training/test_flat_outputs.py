"""Metrics of outputs without a last axis: Keras takes each batch for one sample."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(20, 4), rng.rand(20)
"""
PROGRAM = HEAD + """\
inputs = keras.Input((4,))
outputs = layers.Lambda(lambda t: t[:, 0])(layers.Dense(1, activation="softplus")(inputs))
model = keras.Model(inputs, outputs)
model.compile("sgd", "mse", metrics=[{}])
losses = model.fit(x, y, epochs=2, batch_size=12, verbose=0).history
score = model.evaluate(x, y, batch_size=12, verbose=0)
"""
METRICS = [
    "'mse'", "'mae'", "'mape'", "'msle'", "'cosine_similarity'", "'poisson'", "'hinge'",
    "keras.metrics.MeanAbsoluteError()", "keras.metrics.RootMeanSquaredError()",
    "keras.metrics.Poisson()", "keras.metrics.BinaryAccuracy()",
]  # fmt: skip


@pytest.mark.parametrize("metric", METRICS)
def test_a_smaller_batch_counts_as_much_as_in_keras(scripts: Scripts, metric: str) -> None:
    text = PROGRAM.format(metric)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


BY_HAND = HEAD + """\
model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, verbose=0)
flat = model.predict(x, verbose=0)[:, 0]
error, square = keras.metrics.MeanAbsoluteError(), keras.metrics.MeanSquaredError()
for begin, end in ((0, 12), (12, 20)):
    error.update_state(y[begin:end], flat[begin:end])
    square.update_state(y[begin:end], flat[begin:end])
losses, score = float(error.result()), float(square.result())
"""


def test_it_does_where_the_program_asks_the_metric_itself(scripts: Scripts) -> None:
    apart = scripts.compare(BY_HAND, converted(BY_HAND, Options(exact=True)))
    assert {"losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
