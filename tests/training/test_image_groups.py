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
HEAD = "inputs = keras.Input((6, 6, 2))\n"
TAIL = "model = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(found)))"
NORM = "layers.GroupNormalization(1)"
BLOCK = f"def block(x, size):\n    x = {NORM}(x)\n    return layers.Conv2D(size, 2)(x)\n\n\n{HEAD}"
MODELS = [
    "model = keras.Sequential([keras.Input((6, 6, 2)), layers.GroupNormalization(1), "
    "layers.Flatten(), layers.Dense(1)])",
    "inputs = keras.Input((6, 6, 2))\n"
    "found = layers.MaxPooling2D()(layers.Rescaling(2.0)(inputs))\n"
    "found = layers.Conv2D(4, 2)(layers.GroupNormalization(1)(found))\n"
    "found = layers.Flatten()(layers.GroupNormalization(2)(found))\n"
    "model = keras.Model(inputs, layers.Dense(1)(found))",
    # behind layers that are frozen, at once or later
    "model = keras.Sequential([keras.Input((6, 6, 2)), layers.Conv2D(4, 3, trainable=False), "
    f"{NORM}, layers.Flatten(), layers.Dense(1)])",
    f"{HEAD}conv = layers.Conv2D(4, 3)\nconv.trainable = False\n"
    f"found = {NORM}(conv(inputs))\n{TAIL}",
    "base = keras.Sequential([keras.Input((6, 6, 2)), layers.Conv2D(4, 3)])\n"
    "base.trainable = False\nmodel = keras.Sequential([keras.Input((6, 6, 2)), base, "
    f"{NORM}, layers.Flatten(), layers.Dense(1)])",
    f"{HEAD}base = keras.Model(inputs, {NORM}(layers.Conv2D(4, 3)(inputs)))\n"
    "for layer in base.layers[:-1]:\n    layer.trainable = False\n"
    f"found = base(inputs)\n{TAIL}",
    # beside what is learned
    f"{HEAD}found = layers.concatenate([layers.Conv2D(2, 1)(inputs), {NORM}(inputs)])\n{TAIL}",
    # first in a block, and in a loop
    f"{BLOCK}found = block(block(inputs, 4), 3)\n{TAIL}",
    f"{BLOCK}found = inputs\nfor size in [4, 3]:\n    found = block(found, size)\n{TAIL}",
    f"{HEAD}found = inputs\nfor size in [4, 3]:\n    found = {NORM}(found)\n"
    f"    found = layers.Conv2D(size, 2)(found)\n{TAIL}",
]


@pytest.mark.sample(2)
@pytest.mark.parametrize("model", MODELS)
def test_images_are_made_contiguous_before_anything_is_learned(
    model: str, scripts: Scripts
) -> None:
    text = SCRIPT.format(model=model)
    made = convert(text, Options(exact=True)).text
    assert made.count(".contiguous()") == 1
    assert max(scripts.compare(text, made).values()) < 1e-9
