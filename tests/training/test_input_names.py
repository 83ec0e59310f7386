"""Arrays by the names that Keras knows inputs by, which may be others than the variables."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
one, two = rng.normal(size=(40, 3)), rng.normal(size=(40, 3))
y = rng.normal(size=(40, 1))
left = keras.Input((3,){left})
right = keras.Input((3,){right})
hidden = layers.Dense(4, activation="tanh")(left)
model = keras.Model([left, right], layers.Dense(1)(layers.concatenate([hidden, right])))
model.compile("sgd", "mse")
history = model.fit({data}, y, epochs=2, verbose=0)
prediction = model.predict({data})
"""


def test_names_of_inputs_are_those_given_to_keras(scripts: Scripts) -> None:
    text = PROGRAM.format(
        left=', name="right"', right=', name="left"', data='{"left": one, "right": two}'
    )
    conversion = convert(text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    apart = scripts.compare(text, conversion.text)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("left", ["", ', name="other"'])
def test_variables_are_no_names(left: str) -> None:
    data = '{"left": one, "right": two}'
    conversion = convert(PROGRAM.format(left=left, right=', name="right"', data=data))
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
