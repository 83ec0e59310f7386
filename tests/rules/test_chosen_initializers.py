"""Initializers of which the program picks one before it makes the layer."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import torch

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

BUILDER = """\
import keras
import tensorflow as tf
from keras import layers


def build(kind, start=None):
    {chosen}
    return keras.Sequential([
        keras.Input((4,)),
        layers.Dense(4, kernel_initializer="zeros", {given}),
    ])
"""
PERHAPS = """\
if start is not None:
        start = tf.keras.initializers.Constant(start)"""
OTHERWISE = """\
if start is None:
        init = {none}
    else:
        init = tf.constant_initializer(start)"""
KINDS = """\
if kind == "half":
        init = keras.initializers.Constant(0.5)
    elif kind == "ones":
        init = keras.initializers.Ones()
    else:
        init = keras.initializers.Zeros()"""


def program(chosen: str, given: str = "bias_initializer=init") -> str:
    return BUILDER.format(chosen=chosen, given=given)


def made(text: str, *args: Any) -> Any:
    scope: dict[str, Any] = {}
    exec(text, scope)
    return scope["build"](*args)


@pytest.mark.parametrize(
    ("text", "args"),
    [
        (program(PERHAPS, "bias_initializer=start"), ("", 2.5)),
        (program(PERHAPS, "bias_initializer=start"), ("", np.arange(4.0))),
        (program(OTHERWISE.format(none='"ones"')), ("", [1.0, 2.0, 4.0, 8.0])),
        (program(OTHERWISE.format(none='"ones"')), ("", None)),
        (program(OTHERWISE.format(none="keras.initializers.Ones()")), ("", None)),
        *((program(KINDS), (kind,)) for kind in ("half", "ones", "other")),
    ],
)
def test_weights_start_as_the_program_picks(text: str, args: tuple[Any, ...]) -> None:
    found = convert(text)
    assert [d.message for d in found.diagnostics if d.severity is Severity.ERROR] == []
    _, bias = made(text, *args).get_weights()
    np.testing.assert_array_equal(made(found.text, *args).dense.bias.detach().numpy(), bias)


def test_none_is_keras_default_for_any_weight() -> None:
    """Which spreads a vector as a square matrix: by its length."""
    text = program(PERHAPS, "bias_initializer=start").replace("Dense(4", "Dense(4000")
    keras.utils.set_random_seed(1)
    torch.manual_seed(1)
    _, expected = made(text, "").get_weights()
    result = convert(text).text
    assert "start or (" in result
    found = made(result, "").dense.bias.detach().numpy()
    assert found.std() == pytest.approx(expected.std(), rel=0.05)
    assert abs(found).max() == pytest.approx(abs(expected).max(), rel=0.05)
    literal = program("", "bias_initializer=None").replace("Dense(4", "Dense(4000")
    assert abs(made(convert(literal).text, "").dense.bias).max().item() < 0.03
    passed = program("", "bias_initializer=kind").replace("Dense(4", "Dense(4000")
    for kind in (None, "glorot_uniform"):
        assert abs(made(convert(passed).text, kind).dense.bias).max().item() < 0.03


@pytest.mark.parametrize(
    "text",
    [
        program(PERHAPS, "start").replace('"zeros", ', ""),
        program(PERHAPS.replace("Constant", "RandomNormal"), "bias_initializer=start"),
    ],
)
def test_what_could_be_another_weight_is_refused(text: str) -> None:
    """An array in Keras's order, and what is drawn by numbers that may change until then."""
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)
