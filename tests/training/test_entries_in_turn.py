"""Tensors of a dict with known keys that loops read by name, and lists that are put together."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import Add, Concatenate, Dense, Embedding, Flatten, Input

rng = np.random.default_rng(0)
NAMES = ["a", "b"]
SIZES = {{"a": 5, "b": 7}}
x = {{name: rng.integers(0, 5, 40) for name in NAMES}}
y = rng.normal(size=(40, 1))
{made}
model = keras.Model(inputs, Dense(1)(h))
model.compile("sgd", "mse")
losses = model.fit(x, y, epochs=2, batch_size=16, verbose=0).history["loss"]
"""
INPUTS = "inputs = {name: Input((1,), name=name) for name in NAMES}\n"
MADE = {
    "comprehension": INPUTS
    + "parts = [Flatten()(Embedding(7, 2)(inputs[n])) for n in NAMES]\nh = Concatenate()(parts)",
    "pairs": INPUTS
    + "parts = [Flatten()(Embedding(s, 2)(inputs[n])) for n, s in SIZES.items()]\n"
    "h = Concatenate()(parts)",
    "loop": INPUTS + "parts = []\nfor n in NAMES:\n    e = Embedding(SIZES[n], 2)(inputs[n])\n"
    "    parts.append(Flatten()(e))\nh = Concatenate()(parts)",
    "pairs in a loop": INPUTS
    + "parts = []\nfor n, s in SIZES.items():\n    e = Embedding(s, 2)(inputs[n])\n"
    "    parts.append(Flatten()(e))\nh = Concatenate()(parts)",
    "loop beside others": INPUTS
    + "inputs['c'] = Input((3,), name='c')\nx['c'] = rng.normal(size=(40, 3))\n"
    "parts = []\nfor n in NAMES:\n    e = Embedding(SIZES[n], 2, name=f'of_{n}')(inputs[n])\n"
    "    parts.append(Flatten()(e))\nh = Concatenate()(parts + [inputs['c']])",
    "two of them": INPUTS
    + "linear = [Flatten()(Embedding(7, 1)(inputs[n])) for n in NAMES]\n"
    "parts = [Flatten()(Embedding(7, 2)(inputs[n])) for n in NAMES]\n"
    "h = Add()(linear + [Dense(1)(Concatenate()(parts))])",
    "list": "a, b = Input((1,), name='a'), Input((1,), name='b')\ninputs = [a, b]\n"
    "parts = [Flatten()(Embedding(7, 1)(one)) for one in inputs]\n"
    "h = Add()(parts + [Dense(1)(Concatenate()(parts))])",
    "lists together": "a = Input((1,), name='a')\ninputs, parts = [a], [a]\n"
    "for name in ['b', 'c']:\n"
    "    one = Input((1,), name=name)\n    inputs.append(one)\n    parts.append(Dense(2)(one))\n"
    "x['c'] = rng.normal(size=(40, 1))\nh = Concatenate()(parts)",
}  # fmt: skip


@pytest.mark.parametrize("made", list(MADE))
def test_they_are_read_one_by_one(made: str, scripts: Scripts) -> None:
    program = PROGRAM.format(made=MADE[made])
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart


def test_names_of_layers_are_those_of_the_round() -> None:
    text = converted(PROGRAM.format(made=MADE["loop beside others"]))
    assert 'self.of_a = nn.Embedding(SIZES["a"], 2)\n' in text
    assert 'self.of_b = nn.Embedding(SIZES["b"], 2)\n' in text
    assert "torch.cat([parts[0], parts[1], c], dim=-1)" in text
