"""Models that are made of the layers of others, which may be trained by then: transfer learning."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y, z = rng.rand(40, 8, 8, 1), rng.randint(0, 5, 40), rng.randint(0, 2, 40)
"""
SEQUENTIAL = """\
model = keras.Sequential()
model.add(layers.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 1)))
model.add(layers.BatchNormalization())
model.add(layers.MaxPooling2D())
model.add(layers.Flatten())
model.add(layers.Dense(8, activation="relu"))
model.add(layers.Dense(5, activation="softmax"))
"""
LISTED = """\
model = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(4, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(8, activation="tanh"),
    layers.Dense(5, activation="softmax"),
])
"""
FUNCTIONAL = """\
inputs = keras.Input((8, 8, 1))
t = layers.Conv2D(4, 3, activation="relu")(inputs)
t = layers.BatchNormalization()(t)
t = layers.MaxPooling2D()(t)
t = layers.Flatten()(t)
t = layers.Dense(8, activation="relu")(t)
model = keras.Model(inputs, layers.Dense(5, activation="softmax")(t))
"""
TRAINED = """\
model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0)
"""
AGAIN = """\
new.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", metrics=["accuracy"])
history = new.fit(x, z, epochs=2, batch_size=8, shuffle=False, verbose=0).history
"""
OF_LAYERS = """\
new = keras.Sequential(model.layers[:-1])
new.add(layers.Dense(1, activation="sigmoid"))
"""
ADDED = """\
new = keras.Sequential()
for layer in model.layers[:-1]:
    new.add(layer)
new.add(layers.Dense(1, activation="sigmoid"))
"""
LISTED_TOO = """\
new = keras.Sequential([*model.layers[:-1], layers.Dense(1, activation="sigmoid")])
"""
ON_OUTPUT = """\
out = layers.Dense(1, activation="sigmoid")(model.layers[-2].output)
new = keras.Model(model.inputs, out)
"""
ON_NAMED_OUTPUT = """\
t = model.layers[-2].output
t = layers.Dense(6, activation="relu")(t)
new = keras.Model(model.inputs, layers.Dense(1, activation="sigmoid")(t))
"""
FROZEN = """\
for layer in new.layers[:-1]:
    layer.trainable = False
"""
FROZEN_ON_TOP = FROZEN.replace(":-1", ":-2")
GROWN = {
    "of layers": SEQUENTIAL + TRAINED + OF_LAYERS + AGAIN,
    "of layers, frozen": LISTED + TRAINED + OF_LAYERS + FROZEN + AGAIN,
    "added": LISTED + TRAINED + ADDED + AGAIN,
    "added, frozen": SEQUENTIAL + TRAINED + ADDED + FROZEN + AGAIN,
    "in a list": LISTED + TRAINED + LISTED_TOO + FROZEN + AGAIN,
    "on an output": LISTED + TRAINED + ON_OUTPUT + AGAIN,
    "on an output, frozen": SEQUENTIAL + TRAINED + ON_OUTPUT + FROZEN + AGAIN,
    "on a named output": SEQUENTIAL + TRAINED + ON_NAMED_OUTPUT + FROZEN_ON_TOP + AGAIN,
    "of a graph": FUNCTIONAL + TRAINED + ON_OUTPUT + FROZEN + AGAIN,
    "of a graph, named": FUNCTIONAL + TRAINED + ON_NAMED_OUTPUT + FROZEN_ON_TOP + AGAIN,
    "frozen, and later not": LISTED + TRAINED + OF_LAYERS + FROZEN + AGAIN
    + FROZEN.replace("False", "True") + AGAIN + "first = model.evaluate(x, y)\n",
    "both trained in turn": LISTED + OF_LAYERS + TRAINED + AGAIN + TRAINED,
    "the upper ones": LISTED + TRAINED + "new = keras.Sequential(model.layers[2:])\n"
    + TRAINED.replace("model", "new").replace("(x,", "(rng.rand(40, 144),"),
    "two of one": LISTED + TRAINED + OF_LAYERS + AGAIN
    + f"{ON_OUTPUT}{AGAIN}".replace("new", "third").replace("history =", "other ="),
}  # fmt: skip


@pytest.mark.parametrize("name", GROWN)
def test_both_are_trained_equally(name: str, scripts: Scripts) -> None:
    text = HEAD + GROWN[name]
    assert not [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "history" in apart or "history" not in text
    assert max(apart.values()) < 1e-9, apart


def test_what_is_frozen_later_is_refused_where_the_first_may_be_trained_on() -> None:
    text = HEAD + LISTED + TRAINED + OF_LAYERS + FROZEN + AGAIN + FROZEN.replace("False", "True")
    for more in (TRAINED, "model.fit(x, y)\n", "other = model\n", "print([model])\n"):
        found = convert(text + AGAIN + more).diagnostics
        assert any("that several models have" in d.message for d in found), more


def test_the_layers_are_those_of_the_first() -> None:
    text = convert(HEAD + LISTED + TRAINED + ON_OUTPUT + FROZEN + AGAIN).text
    assert "new = New(model).to(device)\nmodel.conv2d.requires_grad_(False)" in text
    assert "        self.dense = model.dense\n" in text
    assert "        features = torch.tanh(self.dense(x))\n" in text
