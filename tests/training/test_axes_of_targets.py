"""Targets of masked steps, whose axes come from the way in which a program makes them."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import tensorflow as tf
from sklearn.model_selection import KFold, train_test_split
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.preprocessing.sequence import pad_sequences
from tensorflow.keras.utils import to_categorical

rng = np.random.RandomState(0)
PADDING = -1.0


"""
FILLED = """\
def build(features, units=3):
    inputs = keras.Input((None, features))
    x = layers.Masking(mask_value=PADDING)(inputs)
    x = layers.GRU(units, return_sequences=True)(x)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


x, y = np.full((40, 6, 2), PADDING), np.zeros((40, 6, 1))
for k, length in enumerate(rng.randint(2, 7, 40)):
    x[k, :length] = rng.rand(length, 2)
    y[k, :length, 0] = x[k, :length, 0] > 0.5
scores = []
for fold, (train, test) in enumerate(KFold(2).split(x)):
    model = build(2)
    model.fit(x[train], y[train], epochs=1, batch_size=9, shuffle=False, verbose=0)
    scores.append(model.evaluate(x[test], y[test], verbose=0))
"""
TAGS = """\
tags = {"O": 0, "B": 1, "I": 2}
sentences = [[(w, "OBI"[w % 3]) for w in rng.randint(1, 7, rng.randint(3, 7))] for _ in range(40)]
words = pad_sequences(maxlen=6, sequences=[[w for w, _ in s] for s in sentences], padding="post")
y = pad_sequences([[tags[t] for _, t in s] for s in sentences], maxlen=6, padding="post", value=0)
y = [to_categorical(row, num_classes=len(tags)) for row in y]
x_train, x_test, y_train, y_test = train_test_split(words, y, test_size=0.2, random_state=1)


def build(classes):
    inputs = keras.Input((6,))
    x = layers.Embedding(7, 4, mask_zero=True)(inputs)
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


model = build(len(tags))
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    x_train, np.array(y_train), epochs=2, batch_size=8, shuffle=False, verbose=0
).history
asked = model.predict(pad_sequences([[1, 2, 3], [4]], 6), verbose=0)
"""
PROGRAMS = {"filled": (FILLED, "scores"), "tags": (TAGS, "history")}


@pytest.mark.parametrize("name", PROGRAMS)
def test_axes_of_targets(name: str, scripts: Scripts) -> None:
    program, value = PROGRAMS[name]
    text = HEAD + program
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert value in apart
    assert max(apart.values()) < 1e-9, apart


OF_ROWS = {
    "a list of rows of which one has another axis": "y = [np.zeros((6, 1))] * 40\ny[0] = 1.0\n",
    "rows by something unknown": "y = np.zeros((40, 6, 1))[np.load('rows.npy')]\n",
    "an array that gets another shape": "y = np.zeros((40, 6, 1))\ny.shape = (40, 6)\n",
}


@pytest.mark.parametrize("what", OF_ROWS)
def test_axes_that_only_the_run_tells(what: str) -> None:
    text = HEAD + FILLED.partition("x, y =")[0] + "x = np.zeros((40, 6, 2))\n" + OF_ROWS[what]
    said = [d.message for d in convert(text + "model = build(2)\nmodel.fit(x, y)\n").diagnostics]
    assert any("are not known to have an axis for that" in message for message in said), said


def test_a_parameter_hides_the_value_of_the_padding() -> None:
    text = HEAD + FILLED.replace("features, units=3", "features, PADDING, units=3")
    said = [d.message for d in convert(text.replace("build(2)", "build(2, -2.0)")).diagnostics]
    assert any("not known from the inputs alone" in message for message in said), said


def test_sequences_are_padded_to_the_longest(scripts: Scripts) -> None:
    text = HEAD + """\
sequences = [[1, 2, 3], [4, 5], [6]] * 4
a = pad_sequences(sequences[1:3])
b = pad_sequences([sequences[k] for k in (0, 2)], padding="post", value=9)
c = pad_sequences([np.ones((k, 2)) for k in (1, 3)], dtype="float32", padding="post")
d = pad_sequences([s[:2] for s in sequences], value=-1.5, dtype="float32")
"""
    apart = scripts.compare(text, converted(text))
    assert {"a", "b", "c", "d"} <= apart.keys()
    assert max(apart.values()) == 0, apart


MASKED = """\
def masked_loss(label, pred):
    mask = label != 0
    loss_object = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")
    loss = loss_object(label, pred)
    mask = tf.cast(mask, dtype=loss.dtype)
    loss *= mask
    return tf.reduce_sum(loss) / tf.reduce_sum(mask)


def masked_accuracy(label, pred):
    pred = tf.argmax(pred, axis=2)
    label = tf.cast(label, pred.dtype)
    mask = label != 0
    match = tf.cast((label == pred) & mask, dtype=tf.float64)
    return tf.reduce_sum(match) / tf.reduce_sum(tf.cast(mask, dtype=tf.float64))


x = np.arange(240).reshape(40, 6) % 7
model = keras.Sequential([keras.Input((6,)), layers.Embedding(7, 4), layers.Dense(4)])
model.compile("sgd", loss=masked_loss, metrics=[masked_accuracy])
history = model.fit(x, x % 4, epochs=2, batch_size=8, shuffle=False, verbose=0).history
"""


def test_metrics_get_classes_as_the_loss_does(scripts: Scripts) -> None:
    text = HEAD + MASKED
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart
