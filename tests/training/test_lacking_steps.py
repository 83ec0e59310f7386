"""`TimeDistributed` in Keras 3 on more steps than a batch has samples."""

from __future__ import annotations

import pytest

from transpiler.options import Options
from transpiler.pipeline import convert

TEXT = """\
from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input(({steps}, 3))
x = layers.GRU(4, return_sequences=True)(inputs)
model = keras.Model(inputs, layers.TimeDistributed(layers.Dense(1))(x))
"""


@pytest.mark.parametrize(
    ("steps", "keras", "said"),
    [("None", "3", True), ("None", "auto", True), ("None", "2", False), ("6", "3", False)],
)
def test_it_is_said_where_the_steps_are_left_open(steps: str, keras: str, said: bool) -> None:
    found = convert(TEXT.format(steps=steps), Options(keras=keras)).diagnostics
    assert any(d.code == "T2T303" and "number of steps" in d.message for d in found) is said
