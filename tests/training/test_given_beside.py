"""Functions that change a parameter, and give it beside the model that they build of it."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts

PROGRAM = """\
import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


def build(units=None, rate={rate}):
    {changes}
    inputs = keras.Input((6,))
    hidden = keras.layers.Dense(units)(inputs)
    return {returned}


{taken} = build()
model.compile(keras.optimizers.SGD(rate + 0.1), "mse")
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
twice = units * 2
"""
MODEL = "keras.Model(inputs, keras.layers.Dense(1)(hidden))"
IF_NONE = "if units is None:\n        units = 3"


@pytest.mark.parametrize(
    ("rate", "changes", "returned", "taken"),
    [
        ("0.0", IF_NONE, f"{MODEL}, units, rate", "model, units, rate"),
        ("0.0", IF_NONE, f"units, {MODEL}, rate", "units, model, rate"),
        ("0.0", "units = units or 4", f"{MODEL}, units, rate", "model, units, rate"),
        ("2", "units, rate = rate, units or 0.2", f"{MODEL}, units, rate", "model, units, rate"),
    ],
)
def test_they_give_it_as_it_is_then(
    rate: str, changes: str, returned: str, taken: str, scripts: Scripts
) -> None:
    text = PROGRAM.format(rate=rate, changes=changes, returned=returned, taken=taken)
    apart = scripts.compare(text, converted(text))
    assert {"history", "twice", "units"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
