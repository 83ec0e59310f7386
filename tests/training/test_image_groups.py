"""Groups of channels that are normalized before anything is learned.

Torch's backward crashes on channels that were moved, where the tensor has no gradients.
"""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

SCRIPT = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(24, 6, 6, 2).astype("float32")
y = np.random.RandomState(1).rand(24, 1).astype("float32")
{model}
model.compile("sgd", "mse")
history = model.fit(x, y, batch_size=8, epochs=2, verbose=0)
"""
MODELS = [
    "model = keras.Sequential([keras.Input((6, 6, 2)), layers.GroupNormalization(1), "
    "layers.Flatten(), layers.Dense(1)])",
    "inputs = keras.Input((6, 6, 2))\n"
    "found = layers.MaxPooling2D()(layers.Rescaling(2.0)(inputs))\n"
    "found = layers.Conv2D(4, 2)(layers.GroupNormalization(1)(found))\n"
    "found = layers.Flatten()(layers.GroupNormalization(2)(found))\n"
    "model = keras.Model(inputs, layers.Dense(1)(found))",
]


@pytest.mark.parametrize("model", MODELS)
def test_images_are_made_contiguous_before_anything_is_learned(
    model: str, scripts: Scripts
) -> None:
    text = SCRIPT.format(model=model)
    made = convert(text, Options(exact=True)).text
    assert made.count(".contiguous()") == 1
    assert max(scripts.compare(text, made).values()) < 1e-9
