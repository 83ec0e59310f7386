"""Dicts of arrays of which the program changes an entry: they are still dicts of arrays."""

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

rng = np.random.default_rng(0)
values, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))
{made}
{changed}
features = keras.Input((4,), name="x")
model = keras.Model({inputs}, keras.layers.Dense(1)(features))
model.compile("sgd", "mse")
history = model.fit(data, y, epochs=2, verbose=0).history
told = model.predict(data, verbose=0)
"""
MADE = 'data = {"x": values.copy()}'
CHANGED = {
    "in place": 'data["x"] *= 2',
    "anew": 'data["x"] = data["x"] * 2',
    "in a loop": "for key in data:\n    data[key] = data[key] / 2",
    "inside": 'data["x"][:3] = 0.0',
}


@pytest.mark.parametrize("inputs", ['{"x": features}', "features"])
@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED)
def test_the_entry_is_what_the_model_gets(changed: str, inputs: str, scripts: Scripts) -> None:
    text = PROGRAM.format(made=MADE, changed=changed, inputs=inputs)
    assert 'data["x"], dtype' in converted(text)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


def test_what_a_function_gives_may_be_a_dict() -> None:
    made = (
        f'def make(held):\n    held["y"] = y\n    return held\n\n\n{MADE.replace("= ", "= make(")})'
    )
    text = PROGRAM.format(made=made, changed="", inputs='{"x": features}')
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("`data` is not known to be a dict with an array" in one for one in found), found
