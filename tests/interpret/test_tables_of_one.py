"""Dicts of layers or functions that have one entry, looked up by what only the run tells."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

LAYERS = """\
from tensorflow.keras import Input, Sequential, layers

KINDS = {"lstm": layers.LSTM}


def build(kind):
    return Sequential([Input((3, 4)), KINDS[kind](5), layers.Dense(1)])
"""
MODULES = """\
import tensorflow as tf
from tensorflow import keras

PARTS = dict(tf=tf)


class Backend:
    def __getattr__(self, name):
        if name in PARTS:
            return PARTS[name]
        return getattr(keras.backend, name)
"""


def test_the_one_layer_is_made_and_other_keys_are_errors() -> None:
    made = convert(LAYERS)
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "self.lstm = nn.LSTM(4, 5, batch_first=True)" in made.text
    assert '        if kind not in ("lstm",):\n            raise KeyError(kind)\n' in made.text


@pytest.mark.parametrize("text", [LAYERS, MODULES])
def test_nothing_fails_inside(text: str) -> None:
    assert not [d for d in convert(text).diagnostics if "internal" in d.message]
