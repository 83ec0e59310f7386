"""Batch normalization in parts that are frozen one by one, and in models trained before."""

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
x, y, z = rng.rand(40, 6), rng.rand(40, 1), rng.rand(40, 4)
"""
SHARED = """\
inputs = keras.Input((6,))
features = layers.BatchNormalization()(layers.Dense(8)(inputs))
base = keras.Model(inputs, features)
before = keras.Model(inputs, layers.Dense(1)(features))
before.compile("sgd", "mse")
before.fit(x, y, epochs=2, verbose=0)
for layer in base.layers:
    layer.trainable = False
again = keras.Input((6,))
model = keras.Model(again, layers.Dense(4)(base(again)))
"""
CUT = """\
before = keras.Sequential(
    [keras.Input((6,)), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)]
)
before.compile("sgd", "mse")
before.fit(x, y, epochs=2, verbose=0)
cut = keras.Model(before.inputs, before.layers[-2].output)
for layer in cut.layers:
    layer.trainable = False
model = keras.Sequential([cut, layers.Dense(4)])
"""
RUN = """\
model.compile("sgd", "mse")
losses = model.fit(x, z, epochs=2, verbose=0).history["loss"]
prediction = model.predict(x, verbose=0)
"""


@pytest.mark.parametrize("program", [SHARED, CUT], ids=["shared", "cut"])
def test_their_statistics_stay(scripts: Scripts, program: str) -> None:
    text = HEAD + program + RUN
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "prediction"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
