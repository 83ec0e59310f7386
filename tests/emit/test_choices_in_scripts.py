"""Choices by values of a script: those that make a model are settled, the others stay."""

from __future__ import annotations

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

SCRIPT = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

TURNED, LARGE = True, False
CHARS = "0123"
LAYERS = 1
x = np.eye(4)[np.random.default_rng(0).integers(0, 4, (20, 5))]
size = 8 if LARGE else 4
model = keras.Sequential()
model.add(layers.LSTM(size, input_shape=(5, len(CHARS))))
model.add(layers.RepeatVector(5))
for _ in range(LAYERS):
    model.add(layers.LSTM(4 if LARGE else 3, return_sequences=True))
model.add(layers.TimeDistributed(layers.Dense(len(CHARS), activation="softmax")))
model.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
history = model.fit(x, x[:, ::-1], epochs=2, verbose=0)
losses = np.array(history.history["loss"] if TURNED else [])
print(CHARS[::-1] if TURNED else CHARS)
"""


def test_choices_of_the_program_stay(scripts: Scripts) -> None:
    text = converted(SCRIPT)
    assert "print(CHARS[::-1] if TURNED else CHARS)" in text
    assert "size = 8 if LARGE else 4" in text
    apart = scripts.compare(SCRIPT, converted(SCRIPT, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


def test_a_loss_on_classes_says_that_there_are_several() -> None:
    """How many `len(CHARS)` are, and with it what "accuracy" is, nobody else says here."""
    assert "logits" not in converted(SCRIPT)  # the steps have left the softmax's own output
    assert "argmax(-1) == targets.argmax(-1)" in converted(SCRIPT)


TURNS = """\
from tensorflow import keras
from tensorflow.keras import layers

a = keras.Input((6, 3))
b = keras.Input((6, 4))
first = layers.Conv1D(5, 3, padding="causal")(a)
second = layers.Conv1D(5, 3, padding="causal")(b)
model = keras.Model([a, b], layers.Dot(axes=[2, 2])([second, first]))
"""


def test_axes_that_were_swapped_are_swapped_back() -> None:
    text = converted(TURNS)
    assert "transpose(1, 2).transpose(1, 2)" not in text
    assert ".transpose(1, 2) @ " in text
