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


SHARED = """\
import keras
import numpy as np
from keras import layers

rng = np.random.RandomState(0)
words, others, y = rng.randint(0, 9, 40), rng.randint(0, 9, 40), rng.randint(0, 2, 40)
first, second = keras.Input((1,)), keras.Input((1,))
embedding = layers.Embedding(9, 4)
{called}
score = layers.Dot(axes=-1)([layers.Flatten()(a), layers.Flatten()(b)])
model = keras.Model([first, second], layers.Dense(1, activation="sigmoid")(score))
model.compile("sgd", "binary_crossentropy")
losses = model.fit([words, others], y, epochs=2, shuffle=False, verbose=0).history["loss"]
answers = model.predict([words, others])
"""


@pytest.mark.parametrize(
    "called",
    [
        "a, b = embedding(first), embedding(second)",
        "a, b = (embedding(x) for x in (first, second))",
        "a = layers.Add()([embedding(first), embedding(second)])\nb = embedding(first)",
    ],
)
def test_whatever_one_embedding_takes_is_whole(called: str, scripts: Scripts) -> None:
    text = SHARED.format(called=called)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "answers"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
