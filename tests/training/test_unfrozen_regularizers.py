"""Regularizers and constraints of layers that are frozen at first, and trained later."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 5), rng.rand(40, 1)
inputs = keras.Input((5,))
hidden = layers.Dense(6, {given}, name="d"{made})(inputs)
model = keras.Model(inputs, layers.Dense(1)(hidden))
{freeze}
model.compile("sgd", "mse")
first = model.fit(x, y, batch_size=16, epochs=2, verbose=0).history["loss"]
{unfreeze}
model.compile("sgd", "mse")
second = model.fit(x, y, batch_size=16, epochs=2, verbose=0).history["loss"]
score = model.evaluate(x, y, verbose=0)
"""
BY_NAME = 'model.get_layer("d").trainable = {}'
BY_LOOP = "for layer in model.layers:\n    layer.trainable = {}"


@pytest.mark.parametrize(
    ("made", "freeze", "unfreeze"),
    [
        ("", BY_NAME.format(False), BY_NAME.format(True)),
        ("", BY_NAME.format(False), BY_LOOP.format(True)),
        ("", BY_NAME.format(True), BY_NAME.format(False)),
        (", trainable=False", "", BY_NAME.format(True)),
        (", trainable=False", "", ""),
    ],
)
def test_they_count_while_the_layer_is_trained(
    made: str, freeze: str, unfreeze: str, scripts: Scripts
) -> None:
    given = 'kernel_regularizer="l2", bias_regularizer="l1"'
    text = PROGRAM.format(given=given, made=made, freeze=freeze, unfreeze=unfreeze)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(("first", "then"), [(False, True), (True, False)])
def test_constraints_of_such_are_said(first: bool, then: bool) -> None:
    text = PROGRAM.format(
        given='kernel_constraint="max_norm"',
        made="",
        freeze=BY_NAME.format(first),
        unfreeze=BY_NAME.format(then),
    )
    errors = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("a constraint of a layer that is frozen at times" in error for error in errors)
