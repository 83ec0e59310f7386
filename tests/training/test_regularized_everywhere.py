"""Regularizers of layers that loops and blocks make."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.regularizers import l1, l1_l2, l2

DECAY = 2**-7  # Keras keeps some factors in single precision
x = np.random.RandomState(0).rand(48, 8, 3)
y = np.random.RandomState(1).rand(48, 1)


"""
TRAIN = """\


model = build([4, 5], 2**-6)
model.compile(keras.optimizers.SGD(0.05), "mse", metrics=["mae"])
history = model.fit(x, y, epochs=2, validation_split=0.25, verbose=0)
losses = history.history
score = model.evaluate(x, y, verbose=0)
"""

BLOCKS = """\
def block(x, width):
    y = layers.Conv1D(width, 3, strides=2, padding="same", kernel_regularizer=l2(DECAY))(x)
    y = layers.Activation("tanh")(y)
    return layers.ReLU()(y)


def build(widths, decay):
    x = inputs = keras.Input((8, 3))
    for width in widths:
        x = block(x, width)
    x = block(x, 3)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(1)(x))
"""
LOOPED = """\
def build(widths, decay):
    x = inputs = keras.Input((8, 3))
    for width in widths:
        x = layers.Conv1D(width, 3, kernel_regularizer=l1_l2(decay, DECAY))(x)
        x = layers.Dense(width, activation="tanh", kernel_regularizer=l1(decay))(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(1)(x))
"""
EVERY = """\
def block(x, width, reg=l2(0.5)):
    for _ in range(2):
        x = layers.Conv1D(width, 3, padding="same", kernel_regularizer=l2(DECAY))(x)
    return x


def build(widths, decay):
    x = inputs = keras.Input((8, 3))
    for width in widths:
        x = block(x, width)
    x = layers.Conv1D(2, 1, kernel_regularizer=l2(DECAY))(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(1, kernel_regularizer=l2(decay))(x))
"""


CHOSEN = """\
def build(widths, decay, kind="l1"):
    if kind == "l2":
        reg = l2(DECAY)
    elif kind == "l1":
        reg = l1(decay)
    else:
        reg = None
    more = l1_l2(decay, DECAY) if decay > 0 else None
    x = inputs = keras.Input((8, 3))
    for width in widths:
        x = layers.Conv1D(width, 3, kernel_regularizer=reg)(x)
    x = layers.GlobalAveragePooling1D()(x)
    x = layers.Dense(3, kernel_regularizer=more)(x)
    return keras.Model(inputs, layers.Dense(1)(x))
"""


@pytest.mark.parametrize("build", [BLOCKS, LOOPED, EVERY, CHOSEN])
def test_they_are_part_of_the_loss(build: str, scripts: Scripts) -> None:
    text = f"{HEAD}{build}{TRAIN}"
    result = converted(text)
    assert "penalty(model)" in result
    apart = scripts.compare(text, result)
    assert {"losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("    x = block(x, 3)", "    x = layers.Conv1D(2, 1)(x)", "not of all"),
        ("l2(DECAY)", "l2(0.1 * width)", "only a part of the model knows"),
        ("x = block(x, 3)", "x = layers.MultiHeadAttention(1, 2)(x, x)", "beside"),
        ("kernel_regularizer=l2(DECAY)", "kernel_regularizer=l2(DECAY), trainable=False", "frozen"),
        ("kernel_regularizer=l2(DECAY)", 'kernel_constraint="unit_norm"', "not translated"),
    ],
)  # fmt: skip
def test_what_the_class_of_a_module_does_not_tell_is_refused(old: str, new: str, why: str) -> None:
    text = f"{HEAD}{BLOCKS}{TRAIN}"
    assert old in text
    result = convert(text.replace(old, new))
    errors = [d.message for d in result.diagnostics if d.severity is Severity.ERROR]
    assert any(why in message for message in errors), errors
    assert "penalty" not in result.text


LOOP_RATES = """\
model = keras.Sequential([keras.Input((3,))])
for rate in np.array([0.5, 0.25]):
    model.add(layers.Dense(3, kernel_regularizer=l2(rate)))
model.compile("sgd", "mse")
model.fit(x[:, 0], x[:, 0], verbose=0)
"""
REASSIGNED = """\
def block(x):
    return layers.Dense(3, kernel_regularizer=l2(DECAY))(x)


inputs = keras.Input((3,))
model = keras.Model(inputs, block(block(inputs)))
DECAY = 0.25
model.compile("sgd", "mse")
model.fit(x[:, 0], x[:, 0], verbose=0)
"""


@pytest.mark.parametrize("script", [LOOP_RATES, REASSIGNED])
def test_factors_that_change_are_refused(script: str) -> None:
    result = convert(HEAD + script)
    errors = [d.message for d in result.diagnostics if d.severity is Severity.ERROR]
    assert any("changes" in message for message in errors), errors
    assert "penalty" not in result.text
