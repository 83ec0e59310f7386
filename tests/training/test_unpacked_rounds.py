"""Inputs and tensors that a comprehension gives several variables."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from tests.training.test_attempts_that_fail import compared
from transpiler.source.rewritings.unpacked_rounds import unpacked_rounds

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

r = np.random.RandomState(0)
x, y = r.rand(40, 5), r.rand(40, 1)
SIZES = {{"left": 5, "right": 5}}
{inputs}
{tensors}
out = layers.Dense(1)(layers.concatenate([s, t]))
m = keras.Model([a, b], out)
m.compile("sgd", "mse")
h = m.fit([x, x * 2], y, epochs=2, shuffle=False, verbose=0).history
"""
INPUTS = [
    'a, b = [keras.Input((5,), name=k) for k in ("left", "right")]',
    "a, b = (keras.Input((n,), name=k) for k, n in SIZES.items())",
    "(a, b) = [keras.Input((5,)) for _ in range(2)]",
]
TENSORS = [
    's, t = [layers.Dense(n, activation="tanh")(a) for n in (2, 3)]',
    "s, t = [layers.Dense(2, name=f'of_{k}')(b) for k in range(2)]",
    "s, t = a, b",
]


@pytest.mark.parametrize("tensors", TENSORS)
@pytest.mark.parametrize("inputs", INPUTS)
def test_each_gets_its_own(inputs: str, tensors: str, scripts: Scripts) -> None:
    program = PROGRAM.format(inputs=inputs, tensors=tensors)
    assert unpacked_rounds(program) is not None
    assert not compared(scripts, program)


@pytest.mark.parametrize(
    "statement",
    [
        "a, b = [keras.Input((5,)) for _ in sizes]",
        "a, b = [keras.Input((5,)) for _ in range(3)]",
        "a, b = [keras.Input((n,)) for n in (5, 6) if n]",
        "a, b = [layers.Dense(3)(a) for _ in range(2)]",
        "a, *b = [keras.Input((5,)) for _ in range(2)]",
        "a, b = [f(n) for n in (1, 2)]",
        "a, b = [keras.Input((5,)) for _ in (1, 2)]  # twice",
    ],
)
def test_what_is_not_known_stays(statement: str) -> None:
    made = unpacked_rounds(f"sizes = input()\nn = keras.Input((1,))\n{statement}\n")
    assert (made is None) == ("# twice" not in statement)
