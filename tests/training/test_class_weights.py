"""Weights of classes for batches that the program's own sequences give; lists of one array."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 4))
y = rng.integers(0, 3, size=(40,))


class_weight = {0: 1.0, 1: 2.0, 2: 0.5}
"""

MODEL = """\
model = keras.Sequential(
    [keras.layers.Input((4,)), keras.layers.Dense(3, activation="softmax")]
)
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
"""

BATCHES = f"""{MODEL}\
class Batches(keras.utils.Sequence):
    def __init__(self, x, y, size):
        super().__init__()
        self.x, self.y, self.size = x, y, size

    def __len__(self):
        return len(self.x) // self.size

    def __getitem__(self, index):
        part = slice(index * self.size, (index + 1) * self.size)
        return self.x[part], self.y[part]


"""

TRIALS = {
    "sequence": (
        f"{BATCHES}history = model.fit(Batches(x, y, 8), epochs=2, class_weight=class_weight)\n"
        'losses = history.history["loss"]\n'
    ),
    "sequence that validates": (
        f"{BATCHES}history = model.fit(Batches(x, y, 8), epochs=2, class_weight=class_weight,"
        " validation_data=Batches(x[:16], y[:16], 4))\n"
        'losses = history.history["val_loss"]\n'
    ),
    "one of the models that a function gives": (
        "def build():\n"
        "    made = keras.Sequential([keras.layers.Dense(3, 'softmax', input_shape=(4,))])\n"
        '    made.compile("sgd", "sparse_categorical_crossentropy")\n'
        "    return made\n\n\n"
        "plain = build()\n"
        'losses = list(plain.fit(x, y, epochs=2).history["loss"])\n'
        "weighed = build()\n"
        "history = weighed.fit(x, y, epochs=2, class_weight=class_weight)\n"
        'losses += history.history["loss"]\n'
        "losses.append(plain.evaluate(x, y))\n"
    ),
    "batches in lists": (
        f"{MODEL}losses = [model.train_on_batch([x], y), model.train_on_batch(x, [y])]\n"
    ),
    "batches in lists, in a loop": (
        f"{MODEL}losses = []\nfor n in range(0, 40, 10):\n"
        "    losses.append(model.train_on_batch([x[n : n + 10]], [y[n : n + 10]])[0])\n"
    ),
}


@pytest.mark.parametrize("steps", TRIALS.values(), ids=TRIALS)
def test_trains_equally(steps: str, scripts: Scripts) -> None:
    text = PROGRAM + steps
    apart = scripts.compare(text, converted(text))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


CHANGED = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 3))
y = (rng.normal(size=(40, 1)) > 0).astype(float)
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)
weights = {0: 1.0, 1: 2.0}


class Grow(keras.callbacks.Callback):
    def __init__(self, weights):
        super().__init__()
        self.weights = weights

    def on_epoch_end(self, epoch, logs=None):
        CHANGE


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
h = model.fit(data, epochs=3, verbose=0, class_weight=weights, callbacks=[Grow(weights)])
losses = h.history["loss"]
"""


@pytest.mark.parametrize(
    "change",
    ["self.weights[1] *= 2", "weights[1] *= 2", "self.weights.update({1: 7.0})", "weights.clear()"],
)
def test_callbacks_that_change_them_come_too_late(change: str, scripts: Scripts) -> None:
    program = CHANGED.replace("CHANGE", change)
    text = converted(program)
    assert "class_weight = weights.copy()\n" in text
    apart = scripts.compare(program, text)
    assert max(apart.values()) < 1e-9, apart


def test_others_are_not_copied() -> None:
    assert ".copy()" not in converted(CHANGED.replace("CHANGE", "print(self.weights)"))
