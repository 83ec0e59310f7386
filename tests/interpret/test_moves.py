"""Axes that are moved and straight back, where a variable in between takes another's name."""

from __future__ import annotations

from transpiler.pipeline import convert
from transpiler.verify.session import verify_pair

#: The outputs of one direction are called like the inputs that the other direction still needs.
PROGRAM = """
from tensorflow import keras
from tensorflow.keras import layers


def build_model(units=5):
    inputs = keras.Input((8, 2))
    y = layers.AveragePooling1D(2)(inputs)
    y = layers.Bidirectional(layers.GRU({units}, dropout=0.2))(y)
    x = layers.Conv1D(3, 2)(inputs)
    return keras.Model(inputs, [layers.Dense(2)(y), x])


model = build_model()
"""


def test_a_name_that_is_taken_over() -> None:
    for units in ("units", "2"):
        text = PROGRAM.format(units=units)
        reports = verify_pair(text, convert(text).text, keras="3")
        assert [report.status for report in reports] == ["equal"] * len(reports)
        assert reports
