"""Tensors of TensorFlow that a program makes of arrays, as the data of its models."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.integers(-64, 64, size=(50, 6)) / 16
labels = rng.integers(0, 3, size=50)
model = keras.Sequential(
    [keras.layers.Input((6,)), keras.layers.Dense(3, activation="softmax")]
)
model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
"""
PROGRAM = """\


def load():
    rows = tf.convert_to_tensor(x, dtype=tf.float32)
    return rows, tf.one_hot(labels, 3)


def train(net, inputs, targets):
    return net.fit(inputs, targets, epochs=2, verbose=0)


inputs, targets = load()
weights = tf.constant(rng.uniform(size=50))
history = model.fit(
    inputs[:40],
    targets[:40],
    sample_weight=weights[:40],
    validation_data=(tf.cast(x[40:], tf.float32), targets[40:]),
    epochs=2,
    verbose=0,
)
losses = history.history["val_loss"]
later = train(model, tf.squeeze(tf.expand_dims(x, 0), 0), targets.numpy()).history["loss"]
more = train(model, inputs, keras.utils.to_categorical(labels, 3)).history["loss"]
score = model.evaluate(tf.constant(x), targets, verbose=0)
single = model.predict(tf.constant([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]), verbose=0)
batch = model.train_on_batch(tf.reshape(x, (50, 6)), targets)
pairs = tf.data.Dataset.from_tensor_slices((tf.constant(x), targets)).batch(16)
whole = model.predict(pairs, verbose=0)
"""


def test_trains_equally(scripts: Scripts) -> None:
    result = converted(HEAD + PROGRAM)
    assert "tensorflow" not in result
    assert "rows = torch.as_tensor(x, dtype=torch.float32)\n" in result
    apart = scripts.compare(HEAD + PROGRAM, result)
    assert {"losses", "later", "more", "score", "single", "batch", "whole"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_a_line_of_numbers(scripts: Scripts) -> None:
    """The sizes of the model come from it."""
    text = (
        "import tensorflow as tf\n"
        "xs = tf.range(-10.0, 10.0, 0.5)\n"
        "ys = xs * 2 + tf.constant(10.0)\n"
        "model = tf.keras.Sequential([tf.keras.layers.Dense(1)])\n"
        "model.compile(loss=tf.keras.losses.mae, optimizer=tf.keras.optimizers.SGD(0.01))\n"
        "history = model.fit(tf.expand_dims(xs, axis=-1), ys, epochs=2, verbose=0)\n"
        "losses = history.history['loss']\n"
        "found = model.predict(tf.constant([[17.0]]), verbose=0)\n"
    )
    assert "nn.Linear(1, 1)" in converted(text)
    text = text.replace("Dense(1)", "Dense(1, input_shape=(1,))")
    apart = scripts.compare(text, converted(text))
    assert {"losses", "found", "ys"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


@pytest.mark.parametrize(
    "made",
    [
        "tf.Variable(x)",
        "tf.concat([x, x], 0)",
        "tf.cast(x, kind)",
        "tf.constant(x, surprise=1)",
        'tf.constant(["a", "b"])',
        'tf.convert_to_tensor([["a"], [names[0]]])',
    ],
)
def test_other_tensors_are_said(made: str) -> None:
    named = "kind, names = tf.as_dtype(np.float32), ['b']"
    text = f"{HEAD}{named}\ninputs = {made}\nmodel.fit(inputs, labels)\n"
    found = convert(text)
    assert any(d.severity == "error" and "`fit`" in d.message for d in found.diagnostics)
    assert f"inputs = {made}\n" in found.text
    assert "model.fit(inputs, labels)\n" in found.text


def test_variables_of_builders_are_no_data() -> None:
    """Whatever they are called."""
    build = (
        "def build():\n    inputs = keras.Input((6,))\n"
        "    factors = tf.constant([1.0, 2, 3, 4, 5, 6])\n"
        "    x = inputs * factors\n    return keras.Model(inputs, keras.layers.Dense(1)(x))\n\n\n"
        'other = build()\nother.compile("sgd", "mse")\nother.fit(x, labels)\n'
    )
    assert "torch.tensor([1.0, 2, 3, 4, 5, 6], device=x.device)" in converted(HEAD + build)


def test_what_is_no_data_stays() -> None:
    """A tensor that nothing is trained with is no data, and one of a model is made there."""
    text = HEAD + "seen = tf.constant(x)\nfactor = tf.constant([1.0, 2.0, 3.0, 1.0, 2.0, 3.0])\n"
    text += "a = keras.Input((6,))\nother = keras.Model(a, keras.layers.Dense(1)(a * factor))\n"
    text += "model.fit(x, keras.utils.to_categorical(labels, 3))\nprint(seen)\n"
    found = convert(text)
    assert "seen = tf.constant(x)\n" in found.text
    assert "a.new_tensor([" in found.text or "torch.tensor([1.0" in found.text


TABLES = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

TABLE = np.linspace(0.1, 0.9, 6)[None] * np.ones((4, 1))


def table(n, d):
    return np.arange(n * d, dtype="float64").reshape(n, d) / 10


def build(n, d):
    inputs = layers.Input((n, d))
    x = layers.Dense(d)(inputs)
    t = table(n, d)
    x = {value}
    return keras.Model(inputs, layers.Dense(3)(x))


rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 4, 6)), rng.normal(size=(40, 4, 3))
model = build(4, 6)
model.compile(keras.optimizers.SGD(1e-3), "mse")
loss = model.fit(x, y, epochs=2).history["loss"]
"""


@pytest.mark.parametrize(
    "value",
    [
        "x + table(n, d)[np.newaxis]",
        "x + TABLE[0]",
        "x * table(n, d)[1, 2]",
        "x * table(n, d)[:, 2:3] - t[1]",
        "x + np.sqrt(t)",
        "x * t.mean() + t.T.T",
        "x * t.max()",
    ],
)
def test_arrays_of_functions_meet_tensors(value: str, scripts: Scripts) -> None:
    """`ndarray + tensor` fails as soon as the tensor needs a gradient."""
    text = TABLES.format(value=value)
    differences = scripts.compare(text, converted(text))
    assert "loss" in differences
    assert max(differences.values()) < 1e-9


def test_arrays_come_to_where_images_are_however_these_lie() -> None:
    text = converted(
        "import numpy as np\nfrom tensorflow import keras\n\nMEAN = np.array([0.4, 0.5, 0.6])\n"
        "inputs = keras.Input((8, 8, 3))\nx = (inputs - MEAN) / np.array([0.2, 0.2, 0.3])\n"
        "model = keras.Model(inputs, keras.layers.Conv2D(4, 3)(x))\n"
    )
    assert ".new_tensor(MEAN)" in text
    assert ").new_tensor(" not in text
