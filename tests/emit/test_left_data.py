"""What Python's own functions ask of a data set: it is one of torch's when they do."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

x = np.random.rand(40, 3)
data = tf.data.Dataset.from_tensor_slices((x, x.sum(1))).batch(8)
model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
model.compile("sgd", "mse")
found = {asked}
model.fit(data, epochs=2, verbose=0)
"""


def _errors(asked: str) -> list[str]:
    said = convert(PROGRAM.format(asked=asked)).diagnostics
    return [d.message for d in said if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("asked", "cited"),
    [
        ('hasattr(data, "reduce")', "hasattr(data, ...)"),
        ('getattr(data, "_batch_size", None)', "getattr(data, ...)"),
        ("type(data).__name__", "type(data)"),
        ('len(list(data)) if hasattr(data, "batch") else 0', "hasattr(data, ...)"),
    ],
)
def test_it_is_said(asked: str, cited: str) -> None:
    wanted = f"`{cited}` is left as it is: it asks one of torch's data sets now, or a DataLoader"
    assert wanted in _errors(asked)


@pytest.mark.parametrize("asked", ['hasattr(x, "reduce")', "type(x)", "len(list(data))"])
def test_all_else_is_none_of_its_business(asked: str) -> None:
    assert not _errors(asked)


COUNT = """

def count(data, default=1):
    return len(list(data)) if hasattr({asked}, "cardinality") else default


found = count(data)
"""


@pytest.mark.parametrize(("asked", "is_said"), [("data", True), ("default", False)])
def test_what_a_function_asks_that_gets_one_is_said(asked: str, is_said: bool) -> None:
    text = PROGRAM.format(asked="1") + COUNT.format(asked=asked)
    errors = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("it asks one of torch's data sets now" in e for e in errors) is is_said
