"""Layers that are called more than once, and frozen; and what loops collect of them."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

START = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

random = np.random.RandomState(0)
x, y = random.{numbers}, random.rand(30, 1)
"""
PAIRS = """\
first, second = keras.Input((8,)), keras.Input((8,))
{made}
both = layers.Concatenate()([{call.format('first')}, {call.format('second')}])
model = keras.Model([first, second], layers.Dense(1)(both))
model.compile("adam", "mse")
losses = model.fit([x, x[::-1]], y, epochs=3).history["loss"]
"""
WORDS, NUMBERS = "randint(0, 40, (30, 8))", "rand(30, 8)"
EMBEDDED = """\
words = layers.Embedding(40, 5, trainable=False)
read = layers.GRU(4)"""
NORMALIZED = """\
layer = layers.Dense(6)
norm = layers.BatchNormalization(trainable=False)"""
BETWEEN = """\
layer = layers.Dense(6)
early = layer(first)
layer.trainable = False"""


@pytest.mark.parametrize(
    ("numbers", "made", "calls"),
    [
        (WORDS, EMBEDDED, ("read(words(first))", "read(words(second))")),
        (NUMBERS, NORMALIZED, ("norm(layer(first))", "norm(layer(second))")),
        (NUMBERS, BETWEEN, ("early", "layer(second)")),
    ],
)
def test_frozen_layers_are_called_twice(
    numbers: str, made: str, calls: tuple[str, str], scripts: Scripts
) -> None:
    program = START.format(numbers=numbers) + PAIRS.replace("{made}", made)
    program = program.replace("{call.format('first')}", calls[0])
    program = program.replace("{call.format('second')}", calls[1])
    found = convert(program, Options(exact=True, keras="3"))
    assert not found.diagnostics  # what is frozen has no gradients, and no averages that move
    differences = scripts.compare(program, found.text)
    assert "losses" in differences
    assert max(differences.values()) < 1e-9, differences


def test_an_embedding_that_trains_later_adds_what_each_id_adds(scripts: Scripts) -> None:
    program = START.format(numbers=WORDS) + (
        f"{EMBEDDED}\ninputs = keras.Input((8,))\n"
        "model = keras.Model(inputs, layers.Dense(1)(read(words(inputs))))\n"
        'model.compile("adam", "mse")\nmodel.fit(x, y)\nwords.trainable = True\n'
        'model.compile("adam", "mse")\nlosses = model.fit(x, y, epochs=2).history["loss"]\n'
    )
    found = convert(program, Options(exact=True, keras="3"))
    assert "KerasSparseAdam" in found.text
    differences = scripts.compare(program, found.text)
    assert "losses" in differences
    assert max(differences.values()) < 1e-9, differences


COLLECTED = """\
inputs = keras.Input((8,))
{before}
for width in (2, 3):
    h = layers.Dense(width, activation="relu")(inputs)
    {more}
model = keras.Model(inputs, layers.Dense(1)(layers.concatenate(towers)))
model.compile("sgd", "mse")
losses = model.fit(x, y, epochs=2).history["loss"]
"""


@pytest.mark.parametrize(
    ("before", "more"),
    [
        ("towers = []", "towers.extend([h, layers.Dense(4)(h)])"),
        ("towers = [inputs]", "towers += [h, layers.Dense(4)(h)]"),
    ],
)
def test_loops_collect_several_tensors_at_once(before: str, more: str, scripts: Scripts) -> None:
    program = START.format(numbers=NUMBERS) + COLLECTED.format(before=before, more=more)
    found = convert(program, Options(exact=True))
    assert not [d for d in found.diagnostics if d.severity is Severity.ERROR]
    differences = scripts.compare(program, found.text)
    assert "losses" in differences
    assert max(differences.values()) < 1e-9, differences


@pytest.mark.parametrize(
    ("optimizer", "emitted", "said"),
    [
        ("keras.optimizers.Adam()", "KerasSparseAdam(", True),
        ("keras.optimizers.Adam(decay=0.1)", "KerasAdam(", False),
    ],
)
def test_how_ids_are_squared_is_said_where_the_generation_is_not(
    optimizer: str, emitted: str, said: bool
) -> None:
    """Keras 3 has no `decay`."""
    program = START.format(numbers=WORDS) + (
        "model = keras.Sequential([keras.Input((8,)), layers.Embedding(40, 2), layers.Flatten()])\n"
        f'model.compile({optimizer}, "mse")\nmodel.fit(x, random.rand(30, 16))\n'
    )
    found = convert(program, Options(exact=True))
    assert f"optimizer = {emitted}" in found.text
    assert any("as in Keras 3; torch" in d.message for d in found.diagnostics) is said
