"""F-strings that show what they evaluate show what the program says, not what becomes of it."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

PROGRAM = """\
import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 3), np.random.RandomState(1).rand(40, 1)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
h = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
n, width = 3, 9
said = {said}
"""


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("f\"{h.history['loss'][-1]=:.3f}\"", "h.history['loss'][-1]="),
        ("f\"{n=} {len(h.history['loss']) = }!\"", "{n=} len(h.history['loss']) = "),
        ('f"{{n=}} {h.epoch=!s} {h.epoch == n}"', "{{n=}} h.epoch="),
        ('f"{n=:d}" f"{h.history[\'loss\'][0]=:{width}.2f}"', "{n=:d}"),
    ],
)
def test_what_is_shown_stays(said: str, shown: str, scripts: Scripts) -> None:
    program = PROGRAM.format(said=said)
    result = converted(program, Options(exact=True))
    assert shown in result
    letters = "\nletters = [ord(letter) for letter in said]\n"
    assert scripts.compare(program + letters, result + letters)["letters"] == 0.0


def test_other_expressions_are_left_alone() -> None:
    assert 'said = f"{n=} {width * 2=:d}"\n' in converted(
        PROGRAM.format(said='f"{n=} {width * 2=:d}"')
    )
