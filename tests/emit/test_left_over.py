"""Layers of loops and blocks whose last result nobody reads: Keras leaves them out of a model."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
from tensorflow import keras
from tensorflow.keras import layers


def block(x, units):
    h = layers.Dense(units, activation="relu")(x)
    return layers.Dense(5{given})(h), {second}


inputs = keras.Input((5,))
{body}
model = keras.Model(inputs, layers.Dense(1)(layers.Add()(skips)))
"""
LOOP = """\
x, skips = inputs, []
for i in range(3):
    h = layers.Dense(6, activation="relu")(x)
    skips.append(h)
    {last}x = layers.Dense(5{given})(h)"""
BLOCKS = """\
a, first = block(inputs, 6)
{last}, second = block(a, 6)
skips = [first, second]"""
BLOCK_LOOP = """\
x, skips = inputs, []
for i in range(3):
    x, skip = block(x, 6)
    skips.append(skip)"""
ALL_READ = (
    "x, skips = inputs, []\nfor i in range(3):\n    x = layers.Dense(5)(x)\n    skips.append(x)"
)


def said(body: str, given: str = "", second: str = "h", last: str = "") -> dict[str, Severity]:
    body = body.format(given=given, last=last)
    found = convert(PROGRAM.format(body=body, given=given, second=second)).diagnostics
    return {d.message: d.severity for d in found if "nobody reads what it gives" in d.message}


@pytest.mark.parametrize(
    ("body", "second", "last"),
    [
        (LOOP, "h", ""),
        (BLOCKS, "h", "_"),
        (BLOCKS, "layers.Dense(6)(h)", "b"),
        (BLOCK_LOOP, "h", ""),
    ],
)
def test_it_is_said(body: str, second: str, last: str) -> None:
    assert list(said(body, "", second, last).values()) == [Severity.WARNING]
    watched = said(body, ', kernel_regularizer="l2"', second, last)
    assert Severity.ERROR in watched.values()


@pytest.mark.parametrize(
    ("body", "second", "last"),
    [
        (ALL_READ, "h", ""),
        (LOOP, "h", "if i < 2: "),
        (f"{BLOCK_LOOP}\nskips[-1] = layers.Concatenate()([skip, x])", "h", ""),
        (BLOCKS.replace("[first, second]", "[first, b]"), "h", "b"),
        (BLOCKS.replace("[first, second]", "[first, b]"), "layers.Dropout(0.5)(h)", "b"),
    ],
)
def test_nothing_is_said_where_all_is_read(body: str, second: str, last: str) -> None:
    assert not said(body, "", second, last)
