"""Regularizers that functions get as objects, or that functions give."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.regularizers import L1L2, l1, l2

config = {{"decay": 2**-5, "reg": l2(2**-4)}}
shared = l2(2**-6)
x = np.random.RandomState(0).rand(16, 6, 6, 2)
y = np.random.RandomState(1).rand(16, 1)


def get_reg(settings):
    return l1(settings["decay"])


def block(x, width, reg{default}, stride=1):
    y = layers.Conv2D(
        width, 3, stride, padding="same", kernel_regularizer=reg, bias_regularizer=reg
    )(x)
    if stride > 1:
        x = layers.Conv2D(width, 1, stride, kernel_regularizer=get_reg(config))(x)
        y = layers.Add()([x, y])
    return layers.ReLU()(y)


def stage(x, widths, reg):
    for width in widths:
        x = block(x, width, reg)
    return x


def build(decay, given=None):
    reg = {reg}
    inputs = keras.Input((6, 6, 2))
    x = block(inputs, 3, reg=reg, stride=2)
    x = stage(x, [2, 3], reg)
    x = block(x, 2, {other})
    x = block(x, 2, shared)
    x = block(x, 2, given)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(1, kernel_regularizer=reg)(x))


for decay in (2**-7, 2**-8):
    model = build(decay, l2(decay))
    model.compile(keras.optimizers.SGD(0.05), "mse", run_eagerly=True)
    history = model.fit(x, y, epochs=1, verbose=0)
    losses = history.history
plain = build(0.0, config["reg"])
plain.compile(keras.optimizers.SGD(0.05), "mse", run_eagerly=True)
more = plain.fit(x, y, epochs=1, verbose=0).history
"""


def program(reg: str = "l2(decay)", other: str = "None", default: str = "") -> str:
    return PROGRAM.format(reg=reg, other=other, default=default)


def errors(text: str) -> list[str]:
    return [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "text",
    [
        program("l2(decay) if decay > 0 else None"),
        program("L1L2(l1=decay, l2=2 * decay)", "l1(2**-3)", "=None"),
    ],
)
def test_objects(scripts: Scripts, text: str) -> None:
    assert not errors(text)
    apart = scripts.compare(text, convert(text, Options(exact=True)).text)
    assert max(apart.values()) < 1e-9, apart
    assert {"losses", "more"} <= apart.keys()


def test_what_is_written() -> None:
    emitted = convert(program()).text
    assert "shared = l2_penalty(2**-6)" in emitted
    assert "    reg = l2_penalty(decay)\n" in emitted
    assert "regularizer=reg" in emitted
    assert "width, 1, stride=stride), l1=" in emitted
    assert "def l1_penalty" not in emitted  # the layers are told the factor alone
    assert "get_reg" not in emitted


@pytest.mark.parametrize(
    ("reg", "other", "default"),
    [
        ("l2(decay)", '"l2"', ""),
        ('"l2"', "None", ""),
        ("l2(decay)", "None", '="l2"'),
        ("keras.regularizers.OrthogonalRegularizer(decay)", "None", ""),
        ("l2(decay)", "config['other']", ""),
    ],
)
def test_what_may_be_no_such_function_stays(reg: str, other: str, default: str) -> None:
    text = program(reg, other, default)
    if default:
        text = text.replace("block(x, 2, None)", "block(x, 2)")
    assert errors(text)


def test_another_reason_is_told() -> None:
    """Where the callbacks are not understood, nothing is said of regularizers."""
    text = program().replace("epochs=1, verbose=0)\n", "epochs=1, callbacks=x.make())\n")
    assert text != program()
    said = errors(text)
    assert any("callback" in message for message in said)
    assert not any("regularizer" in message for message in said)
