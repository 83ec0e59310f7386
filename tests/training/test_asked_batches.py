"""Batches of a data set, which a model is asked for."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

random = np.random.RandomState(0)
a, b, y = random.rand(40, 4), random.rand(40, 3), random.rand(40, 1)
left, right = keras.Input((4,), name="left"), keras.Input((3,), name="right")
joined = keras.layers.Concatenate()([left, right])
model = keras.Model([left, right], keras.layers.Dense(1)(joined))
data = tf.data.Dataset.from_tensor_slices(({"right": b, "left": a}, y)).batch(10)
model.compile("sgd", "mse")
model.fit(data, epochs=2)
"""


@pytest.mark.parametrize(
    "asked",
    [
        "batch = next(iter(data))\nfound = model.predict(batch[0])\n",
        "inputs, _ = next(iter(data))\nfound = model.predict_on_batch(inputs)\n",
        "found = []\nfor inputs, _ in data.take(2):\n    found.append(model.predict(inputs))\n",
    ],
)
def test_a_dict_of_inputs_is_told_apart(asked: str, scripts: Scripts) -> None:
    converted = convert(PROGRAM + asked, Options(exact=True)).text
    assert '["left"], ' in converted
    assert scripts.compare(PROGRAM + asked, converted)["found"] < 1e-9
