"""Sizes of arrays, as the text of a script shows them."""

from __future__ import annotations

import re

import pytest

from transpiler.pipeline import convert

SCRIPT = """
import numpy as np
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.preprocessing.sequence import pad_sequences

{data}
model = keras.Sequential([layers.Dense(1, input_shape=(x.shape[-1],))])
"""


@pytest.mark.parametrize(
    ("data", "size"),
    [
        ("x = np.random.rand(100, 20)", "20"),
        ("x = np.zeros((100, 20))", "20"),
        ("x = np.zeros(shape=(100, 20)).astype('float32')[:80]", "20"),
        ("x = np.random.normal(size=(50, 5))", "5"),
        ("x = np.random.randint(0, 9, (50, 5))", "5"),
        ("x = np.ones((4, 6, 6))[..., None]", "1"),
        ("x = np.expand_dims(np.ones((4, 6)), axis=-1)", "1"),
        ("x = np.ones((4, 6, 6)).reshape(4, 36) / 255.0", "36"),
        ("x = pad_sequences([[1], [2, 3]], maxlen=12)", "12"),
        ("(x, y), _ = keras.datasets.mnist.load_data()\nx = x.reshape(60000, 784)", "784"),
        ("a = np.ones((9, 3))\nx, z = train_test_split(a, test_size=0.5)", "3"),
        ("x = np.ones((9, 3))\nx -= 1", "3"),
        ("x, y = np.ones((9, 3)), np.ones((9, 2))\nx, y = y, x", "2"),
        ("x = np.arange(9)[:, None] * np.ones((9, 3))", "3"),
        ("z = np.ones((9, 1))\nx = np.ones((9, 3)) - z.mean()", "3"),
        ("a = np.load()\nx = np.arange(9)[:, None] + a", "x.shape[-1]"),
        ("w = np.ones(4)\na = np.load()\nx = w * a", "x.shape[-1]"),
        ("z = np.ones((9, 4))\nx = np.ones((9, 1)) * z.mean(axis=0)", "4"),
        ("x = np.load()", "x.shape[-1]"),
        ("x = np.ones((9, 3))\nx = np.load(x)", "x.shape[-1]"),
        ("x = np.ones((9, 3))\nif len(x) > 8:\n    x = np.ones((9, 4))", "x.shape[-1]"),
        ("x = np.ones((9, 3))\nx[0] = 2", "3"),
        ("x = np.ones((9, 3))\nfor k in range(9):\n    x[k, 1:] = k", "3"),
        ("x = np.ones((9, 3))\nx[0] = 2\nx.shape = (3, 9)", "x.shape[-1]"),
        ("x = np.ones((9, 3))\nfor k in range(4):\n    x = x[:, :2]\n    x[0] = 2", "x.shape[-1]"),
        ("x = [np.ones(3)] * 9\nx[0] = np.ones(4)\nx = np.array(x[:1])", "x.shape[-1]"),
        ("rows = np.ones((9, 3))\nx = np.array([row + 1 for row in rows])", "3"),
        ("rows = np.load()\nx = np.array([row + 1 for row in rows])", "x.shape[-1]"),
        ("x = np.cumsum(np.ones((9, 3)), axis=1)", "3"),
        ("x = np.ones((9, 3))[np.arange(4)]", "x.shape[-1]"),
        ("k = np.random.permutation(9)\nx = np.ones((9, 3))[k]", "3"),
        ("k = np.load()\nx = np.ones((9, 3))[k]", "x.shape[-1]"),
        ("x = np.ones((9, 4)).sum(1, keepdims=True)", "1"),
    ],
)
def test_last_size(data: str, size: str) -> None:
    text = convert(SCRIPT.format(data=data)).text
    found = re.search(r"nn\.Linear\((.*), 1\)", text)
    assert found is not None, text
    assert found.group(1) == size
