"""Inputs that are declared to be whole numbers: their batches are, whatever the model does."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

PROGRAM = """\
import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

rng = np.random.RandomState(0)
x, y = {x}, rng.rand(40)
inputs = keras.Input((3,), dtype={dtype})
outputs = layers.Dense(1)(layers.Flatten()({layers}))
model = keras.Model(inputs, outputs)
model.compile("sgd", "mae")
losses = model.fit({data}, epochs=2, shuffle=False, verbose=0).history["loss"]
score = model.evaluate({data}, verbose=0)
answers = model.predict(x)
"""
LAYERS = {
    "one-hot": "layers.CategoryEncoding(num_tokens=4, output_mode='one_hot')(inputs[:, :1])",
    "multi-hot": "layers.CategoryEncoding(num_tokens=4, output_mode='multi_hot')(inputs)",
    "halves": "layers.Embedding(4, 2)(inputs // 2)",
    "doubles": "layers.Embedding(8, 2)(inputs * 2)",
    "scaled": "layers.Rescaling(1 / 4)(inputs)",
    "dense": "layers.Dense(3)(inputs)",
}
NUMBERS = {
    "whole": ("rng.randint(0, 4, (40, 3))", "x, y"),
    "parts": ("3.9 * rng.rand(40, 3)", "x, y"),
    "data set": (
        "rng.randint(0, 4, (40, 3))",
        "tf.data.Dataset.from_tensor_slices((x, y)).batch(16)",
    ),
}


@pytest.mark.parametrize("numbers", NUMBERS)
@pytest.mark.parametrize("layer", LAYERS)
def test_batches_are_whole_numbers(layer: str, numbers: str, scripts: Scripts) -> None:
    (x, data), dtype = NUMBERS[numbers], "'int64'" if "hot" in layer else "'int32'"
    text = PROGRAM.format(x=x, data=data, dtype=dtype, layers=LAYERS[layer])
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "score", "answers"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
