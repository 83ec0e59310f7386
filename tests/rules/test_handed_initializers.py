"""Initializers that functions are given as objects: as arguments, defaults and entries of dicts."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import torch

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import keras
from keras import initializers, layers

init = keras.initializers.{made}
options = dict(padding="same", kernel_initializer=init)


def block(x, filters, kernel_initializer="zeros"):
    x = layers.Conv2D(filters, 3, kernel_initializer=kernel_initializer, name="first")(x)
    return layers.ReLU()(x)


def build(size=8, init=initializers.Zeros()):
    near = initializers.{made}
    inputs = keras.Input((size, size, 40))
    x = {call}
    return keras.Model(inputs, x)
"""
CALLS = (
    "block(inputs, 50, init)",
    "block(inputs, 50, kernel_initializer=near)",
    "block(inputs, 50, initializers.{made})",
    "block(inputs, 50, options['kernel_initializer'])",
    "layers.Conv2D(50, 3, name='first', **options)(inputs)",
)
MADE = (
    "RandomNormal(mean=0.5, stddev=0.02)",
    "RandomUniform(-0.1, maxval=0.3)",
    "HeUniform()",
    "GlorotNormal(seed=3)",
    "VarianceScaling(scale=0.7, mode='fan_out', distribution='uniform')",
)


def scope_of(text: str) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    exec(text, scope)
    return scope


def converted(text: str) -> str:
    found = convert(text)
    assert [d.message for d in found.diagnostics if d.severity is Severity.ERROR] == []
    assert "keras." not in found.text
    return found.text


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("call", CALLS)
def test_weights_are_spread_alike(call: str, made: str) -> None:
    text = PROGRAM.format(call=call.format(made=made), made=made)
    if call.startswith("block(inputs, 50, init)") and "init=" in text:
        text = text.replace("init=initializers.Zeros()", f"init=initializers.{made}")
    keras.utils.set_random_seed(1)
    torch.manual_seed(1)
    expected = np.array(scope_of(text)["build"]().get_layer("first").kernel)
    weights = dict(scope_of(converted(text))["build"]().named_parameters())
    found = next(w for name, w in weights.items() if name.endswith("first.weight")).detach()
    assert found.std().item() == pytest.approx(expected.std(), rel=0.05)
    assert found.mean().item() == pytest.approx(expected.mean(), abs=0.01)
    assert found.abs().max().item() == pytest.approx(np.abs(expected).max(), rel=0.2)


def test_defaults_of_blocks() -> None:
    text = PROGRAM.format(call="block(inputs, 50)", made="Constant(0.25)")
    text = text.replace('kernel_initializer="zeros"', "kernel_initializer=init").replace(
        "size=8", "size=8, other=None"
    )
    made = scope_of(converted(text))["build"]()
    assert made.block.first.weight.unique().tolist() == [0.25]
    own = text.replace("kernel_initializer=init):", "kernel_initializer=initializers.Ones()):")
    made = scope_of(converted(own))["build"]()
    assert made.block.first.weight.unique().tolist() == [1.0]


@pytest.mark.parametrize(
    "more",
    ["start = init((3, 4))\n", "start = initializers.RandomNormal()((3, 4))\n"],
)
def test_what_the_program_calls_is_left(more: str) -> None:
    text = PROGRAM.format(call="block(inputs, 50, init)", made="HeNormal()") + more
    found = convert(text)
    assert any(d.severity is Severity.ERROR for d in found.diagnostics)
    assert more in found.text
