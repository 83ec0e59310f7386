"""Names of a module that a run sets by their text."""

from __future__ import annotations

import pytest

from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

LOSS = "mse"
SETS
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", LOSS)
history = model.fit(np.ones((40, 6)), np.ones(40), epochs=2, verbose=0)
"""


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        ('globals().update({"LOSS": "mae"})', True),
        ('globals()["LOSS"] = "mae"', True),
        ("names = globals()", True),
        ("exec(\"LOSS = 'mae'\")", True),
        ('print(globals()["LOSS"])', False),
        ("model.exec(LOSS)", False),
    ],
)
def test_it_is_said(sets: str, said: bool) -> None:
    found = convert(PROGRAM.replace("SETS", sets)).diagnostics
    lines = [d.line for d in found if "names of the module are taken" in d.message]
    assert lines == ([5] if said else [])
