"""Names that a program has given layers itself, and asks them for: these stand there then."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import keras
from keras.layers import Dense

rng = np.random.default_rng(0)
x = rng.normal(size=(48, 4))
y = x @ np.array([[1.0], [-2.0], [3.0], [0.5]])


def build(last="last"):
    first, other = Dense(3, name="first"), Dense(1, name=last)
    return keras.Sequential([keras.Input((4,)), first, other])


"""
TRAINED = 'm.compile("sgd", "mse")\nm.fit(x, y, verbose=0)\n'
SEQUENTIAL = 'm = keras.Sequential([keras.Input((4,)), Dense(3, name="a"), Dense(1, name="b")])\n'
FUNCTIONAL = """\
inputs = keras.Input((4,))
hidden = Dense(3, name="a")(inputs)
m = keras.Model(inputs, Dense(1, name="b")(hidden))
"""


@pytest.mark.parametrize(
    ("program", "names"),
    [
        (f"{SEQUENTIAL}{TRAINED}first, other = m.layers[0].name, m.layers[-1].name\n", '"a", "b"'),
        (f'{SEQUENTIAL}{TRAINED}first, other = m.get_layer("a").name, 1\n', '"a", 1'),
        (f"{FUNCTIONAL}{TRAINED}first, other = m.layers[1].name, m.layers[-1].name\n", '"a", "b"'),
        (f"m = build()\n{TRAINED}first, other = m.layers[0].name, 2\n", '"first", 2'),
    ],
)
def test_written_names(program: str, names: str, scripts: Scripts) -> None:
    made = convert(HEAD + program, Options(exact=True))
    left = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert not left, left
    assert f"first, other = {names}\n" in made.text
    double = made.text.replace("torch.float32", "torch.float64")
    differences = scripts.compare(HEAD + program, double)
    assert max(differences.values()) < 1e-9, differences


@pytest.mark.parametrize(
    "program",
    [
        # what Keras calls it depends on how many others there were before
        f"m = keras.Sequential([keras.Input((4,)), Dense(1)])\n{TRAINED}print(m.layers[0].name)\n",
        f"m = build()\n{TRAINED}print(m.layers[1].name)\n",
        f"def show(m):\n    print(m.layers[0].name)\n\n\n{SEQUENTIAL}{TRAINED}show(m)\n",
    ],
)
def test_other_names_are_left(program: str) -> None:
    made = convert(HEAD + program)
    assert any(d.severity is Severity.ERROR for d in made.diagnostics)
