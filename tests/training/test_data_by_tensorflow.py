"""Data that functions of TensorFlow and `keras.ops` make of arrays, outside of models: NumPy's."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import tensorflow as tf
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
"""
#: TensorFlow's tutorial of autoencoders.
ANOMALIES = """
raw = rng.rand(40, 7)
labels = raw[:, -1] > 0.3
data = raw[:, 0:-1]
x, x_test, y, y_test = train_test_split(data, labels, test_size=0.2, random_state=21)
min_val = tf.reduce_min(x)
max_val = tf.reduce_max(x)
x = (x - min_val) / (max_val - min_val)
x_test = (x_test - min_val) / (max_val - min_val)
x = tf.cast(x, tf.float32)
x_test = tf.cast(x_test, tf.float32)
y = y.astype(bool)
normal = x[y]
others = x[~y]
model = keras.Sequential([
    keras.Input((6,)), layers.Dense(4, activation="relu"), layers.Dense(6, activation="sigmoid")
])
model.compile(optimizer="sgd", loss="mae")
h = model.fit(normal, normal, epochs=2, batch_size=16, validation_data=(x_test, x_test)).history
found = model.predict(normal)
errors = keras.losses.mae(found, normal)
threshold = np.mean(errors) + np.std(errors)
unusual = tf.math.less(keras.losses.mae(model.predict(others), others), threshold).numpy()
"""
SCORES = """
x = rng.rand(40, 6)
y = rng.randint(0, 3, 40)
model = keras.Sequential([keras.Input((6,)), layers.Dense(3)])
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(x, y, epochs=1)
p = model.predict(x)
chances = keras.ops.softmax(p[0])
most = float(keras.ops.max(keras.ops.softmax(p[0])))
all_chances = keras.ops.convert_to_numpy(keras.ops.softmax(p))
by_axis = keras.ops.softmax(p, axis=0)
sides = tf.where(p < 0.5, 0, 1).numpy()
sure = tf.where(tf.nn.sigmoid(p) < 0.5, 0, 1)
cut = keras.ops.where(p > 0.2, p, 0.0)
guess = keras.ops.argmax(p, axis=-1)
highest = keras.ops.argmax(p)
accuracy = float(keras.ops.mean(keras.ops.cast(keras.ops.equal(guess, y), "float32")))
ends = keras.ops.clip(p, 0.1, 0.5)
wide = keras.ops.concatenate([p, p], axis=1)
"""
TRAINS = """
model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.asarray(x), rng.rand(40, 1), epochs=1)
p = model.predict(np.zeros((2, 6)))
"""


@pytest.mark.parametrize("text", [ANOMALIES, SCORES], ids=["data", "scores"])
def test_they_give_the_same_numbers(scripts: Scripts, text: str) -> None:
    made = convert(HEAD + text, Options(exact=True))
    assert not [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "tensorflow" not in made.text
    assert "keras.ops" not in made.text
    apart = scripts.compare(HEAD + text, made.text.replace("torch.float32", "torch.float64"))
    wanted = {"h", "errors", "threshold", "unusual"} if text is ANOMALIES else {
        "chances", "most", "all_chances", "by_axis", "sides", "sure", "cut", "guess", "highest",
        "accuracy", "ends", "wide",
    }  # fmt: skip
    assert wanted <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-6} == {}


@pytest.mark.parametrize(
    "asked",
    [
        "x = rng.randint(0, 9, (40, 6))\nlow = tf.reduce_min(x)\nm = tf.reduce_mean(x - low)\n",
        "x = rng.rand(40, 6)\nhigh = tf.reduce_max([[1, 2], [3, 4]])\n",
        "x = rng.rand(40, 6)\nhigh = tf.reduce_max(x, axis=0)\n",
    ],
    ids=["whole numbers", "a list", "an axis"],
)
def test_numbers_of_other_types_are_left(asked: str) -> None:
    found = convert(HEAD + asked + TRAINS).diagnostics
    assert any("tf.reduce_m" in d.message for d in found if d.severity is Severity.ERROR)


@pytest.mark.parametrize("chosen", ["0.25, -0.75", "p, 1", "1"])
def test_types_that_numpy_chooses_otherwise(chosen: str) -> None:
    asked = f"x = rng.rand(40, 6)\n{TRAINS}w = tf.where(p > 0.1, {chosen})\n"
    assert "tf.where(" in convert(HEAD + asked).text
