"""Functions that get masked steps: their layers, which see the mask, stand in the caller."""

from __future__ import annotations

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def widen(x, units):
    return layers.Dense(units, activation="relu")(x)


def encode(x, units, depth=2):
    for _ in range(depth):
        x = layers.Bidirectional(layers.LSTM(units, return_sequences=True))(x)
        x = layers.Dropout(0.1)(x)
    return widen(x, units)


def build(vocabulary):
    words, others = keras.Input((6,)), keras.Input((6, 4))
    x = encode(layers.Embedding(vocabulary, 4, mask_zero=True)(words), 3)
    x = layers.GRU(3)(x)
    {more}
    return keras.Model([words, others], layers.Dense(1)(x))


random = np.random.RandomState(0)
x, y = [random.randint(0, 9, (20, 6)), random.rand(20, 6, 4)], random.rand(20)
net = build(9)
net.compile("sgd", "mse")
net.fit(x, y, epochs=2, batch_size=5, shuffle=False, verbose=0)
"""
ALONE = "x = layers.Concatenate()([x, layers.Flatten()(others)])"
BESIDE = "x = layers.Concatenate()([x, layers.Flatten()(encode(others, 2))])"


def test_layers_of_a_function_see_the_mask(scripts: Scripts) -> None:
    program = PROGRAM.format(more=ALONE)
    made = convert(program, Options(exact=True, keras="3"))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "class Encode" not in made.text
    assert "class Widen" not in made.text
    apart = scripts.compare(program, made.text)
    assert max(apart.values()) < 1e-9, apart


def test_calls_without_a_mask_keep_the_class(scripts: Scripts) -> None:
    program = PROGRAM.format(more=BESIDE)
    made = convert(program, Options(exact=True, keras="3"))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "self.encode = Encode(" in made.text
    apart = scripts.compare(program, made.text)
    assert max(apart.values()) < 1e-9, apart


def test_masks_in_lists_are_said() -> None:
    program = """\
from tensorflow import keras
from tensorflow.keras import layers


def merge(steps, units):
    return layers.LSTM(units)(layers.Concatenate()(steps))


words = keras.Input((6,))
first = layers.Embedding(9, 3, mask_zero=True)(words)
second = layers.Embedding(9, 4, mask_zero=True)(words)
model = keras.Model(words, merge([first, second], 3))
"""
    said = [d.message for d in convert(program, Options(keras="3")).diagnostics]
    assert any("called on masked steps" in message for message in said), said
