"""Functions that make a data set of each element of another one."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
parts = np.stack([rng.normal(size=(7, 4)) for _ in range(3)])


def rows(part):
    {body}


data = tf.data.Dataset.from_tensor_slices(parts).{applied}
data = data.map(lambda row: (row[:3], row[3:])).batch(8)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
losses = model.fit(data, epochs=2, verbose=0).history["loss"]
"""
ONE = "return tf.data.Dataset.from_tensor_slices(part)"
TWO = "data = tf.data.Dataset.from_tensor_slices(part)\n    return data.skip(1)"
CASES = {
    "interleaved": (ONE, "interleave(rows, cycle_length=2)"),
    "in blocks": (TWO, "interleave(rows, cycle_length=2, block_length=3)"),
    "by name": (TWO, "interleave(map_func=rows, cycle_length=3)"),
    "one after the other": (ONE, "flat_map(rows)"),
}


@pytest.mark.parametrize("case", CASES)
def test_they_are_lambdas_where_they_are_given(case: str, scripts: Scripts) -> None:
    body, applied = CASES[case]
    text = PROGRAM.format(body=body, applied=applied)
    found = converted(text)
    assert "def rows" not in found
    assert scripts.compare(text, found)["losses"] < 1e-9


#: What would be lost, or be done another number of times.
LEFT = {
    "a comment": f"# the rows\n    {ONE}",
    "read twice": (
        "data = tf.data.Dataset.from_tensor_slices(part)\n    return data.concatenate(data)"
    ),
    "more than it gives": f"print(part)\n    {ONE}",
}


@pytest.mark.parametrize("case", LEFT)
def test_what_does_more_stays(case: str) -> None:
    text = PROGRAM.format(body=LEFT[case], applied="interleave(rows, cycle_length=2)")
    conversion = convert(text)
    assert "def rows" in conversion.text
    assert any(d.severity is Severity.ERROR for d in conversion.diagnostics)


def test_what_is_used_elsewhere_stays() -> None:
    text = PROGRAM.format(body=ONE, applied="flat_map(rows)") + "first = rows(parts[0])\n"
    assert "def rows" in convert(text).text
