"""Functions that build models and get some of their arguments from dicts."""

from __future__ import annotations

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import json

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x, y = np.random.RandomState(0).rand(16, 4), np.random.RandomState(1).rand(16, 1)
given = json.loads('{"units": 3, "activation": "tanh"}')


def build(units, activation="relu", depth=1, norm=False):
    outputs = inputs = keras.Input((4,))
    for _ in range(depth):
        outputs = layers.Dense(units, activation=activation)(outputs)
    if norm:
        outputs = layers.LayerNormalization()(outputs)
    return keras.Model(inputs, layers.Dense(1)(outputs))


def passing(hidden=(4, 4), **kwargs):
    model = keras.Sequential([keras.Input((4,))])
    for units in hidden:
        model.add(layers.Dense(units, **kwargs))
    model.add(layers.Dense(1))
    return model


common = dict(activation="tanh")
models = [
    build(depth=2, **given),
    build(norm=True, **given),
    build(5),
    passing(hidden=(3,), **common),
    passing(kernel_initializer="he_normal", **common),
]
losses = []
for model in models:
    model.compile("sgd", "mse", run_eagerly=True)
    losses += model.fit(x, y, epochs=1, shuffle=False, verbose=0).history["loss"]
"""


def test_calls_with_other_arguments_beside_a_dict(scripts: Scripts) -> None:
    result = convert(PROGRAM)
    assert not [d for d in result.diagnostics if d.severity is Severity.ERROR]
    assert result.text.count("class Build(") == 1
    assert "build(depth=2, **given)" in result.text
    apart = scripts.compare(PROGRAM, result.text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


INSIDE = """\
from tensorflow import keras
from tensorflow.keras import layers


def features(width=8, deep=False):
    outputs = inputs = keras.Input((4,))
    if deep:
        outputs = layers.Dense(5)(outputs)
    return keras.Model(inputs, layers.Dense(width)(outputs))


first = features(deep=True)
inner = features({call})
inputs = keras.Input((4,))
model = keras.Model(inputs, layers.Dense(1)(inner(inputs)))
"""


def test_a_size_that_only_the_dict_knows_is_not_the_default() -> None:
    assert "nn.Linear(8, 1)" in convert(INSIDE.format(call="")).text
    text = INSIDE.format(call="**load()")
    result = convert(f"from settings import load\n{text}")
    assert "nn.Linear(8, 1)" not in result.text
