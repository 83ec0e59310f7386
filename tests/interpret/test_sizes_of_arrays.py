"""Sizes of arrays that a program makes: what is said of them is what NumPy says."""

from __future__ import annotations

import numpy as np
import pytest

from transpiler.options import Options
from transpiler.project import Project

HEAD = """\
import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
column = np.random.rand(40, 1)
row = np.random.rand(40)
table = np.random.rand(40, 3)
n = 40
shape = (40, 1)
rest = (1,)
classes = np.random.randint(0, 3, 40)
mask = row > 0.5
square = column > 0.5


def uniform(count):
    return np.random.rand(count, 1)


"""

EXPRESSIONS = """\
np.random.choice([0, 1], 40)
np.random.choice((0, 1), (40, 1))
np.random.choice([0, 1], size=40)
np.random.choice(5, 40, True)
rng.choice([0, 1], 40)
rng.choice(3, size=(40, 1))
np.random.randint(0, 2, 40)
np.random.randint(2, size=(40, 1))
np.random.randint(3, 9, (40, 1))
rng.integers(0, 2, 40)
rng.integers(2, size=(40, 1))
rng.random(40)
rng.random((40, 1))
rng.random(shape)
rng.standard_normal(40)
rng.standard_normal((40, 1))
np.random.standard_normal((40, 3))
np.random.normal(0, 1, 40)
np.random.normal(0, 1, (40, 1))
np.random.normal([0], [1], (40, 1))
np.random.normal([0, 1], 1)
np.random.normal(0.0, 1.0, size=shape)
np.random.uniform(0, 1, (40, *rest))
np.random.uniform((0, 0), (1, 1))
np.random.uniform([0] * 40, 1)
uniform(40)
tf.random.normal((40, 1))
tf.random.uniform((40,), 0, 2)
tf.random.uniform([40, 1], maxval=3)
keras.random.normal((40, 1), seed=1)
np.zeros(n)
np.zeros(shape)
np.zeros((n, *rest))
np.zeros(len(row))
np.full(40, 1.0)
np.full((40, 1), 0)
np.array(row, ndmin=2)
np.array([row])
np.array([[v] for v in row])
np.array([v for v in row])
np.array([row, row]).T
np.asarray([1, 2, 3])
np.arange(40)
np.arange(40)[:, None]
np.linspace(0, 1, 40)[:, np.newaxis]
np.linspace([0], [1], 40)
np.expand_dims(row, -1)
np.expand_dims(row, 1)
np.expand_dims(row, axis=0)
np.expand_dims(row, (1, 2))
column[:, 0]
column[:, -1]
column[0]
column[:30]
column[..., 0]
column[:, :1]
table[:, 1:2]
table[:, [0]]
table[:, 1]
table[mask]
column[square]
column[mask]
column[square[:, 0]]
row[mask]
table[0]
table[np.argsort(row)]
column[np.random.permutation(40)]
column.reshape(-1)
column.reshape(40)
column.reshape(n)
column.reshape(-1, 1)
column.reshape((-1,))
column.reshape(len(row))
column.reshape(row.shape)
column.reshape(row.shape[0])
column.reshape(shape)
np.reshape(row, (-1, 1))
np.reshape(row, shape)
np.reshape(row, 40)
column.ravel()
column.flatten()
column.squeeze()
column.astype("float32")
np.clip(column, 0, 1)
column + row
column * column
row * 2
row - row.mean()
column - column.mean(axis=0)
column - column.mean()
table @ table[0]
table @ np.ones((3, 1))
table @ np.ones(3)
table.sum(1)
table.sum(axis=1, keepdims=True)
table.mean(0)
table.max(axis=-1)
np.sum(table, axis=1)
np.sum(table, 1, keepdims=True)
np.mean(table, axis=(0, 1))
table.sum()
np.cumsum(table, axis=1)
np.cumsum(table)
(row > 0.5).astype(int)
(table[:, 0] > table[:, 1])
(table.sum(1) > 1.5).astype("float32")
(column > row[:, None])
keras.utils.to_categorical(classes, 3)
keras.utils.to_categorical(classes[:, None], 3)
keras.utils.to_categorical(classes)
np.concatenate([row, row])
np.concatenate([column, column], axis=1)
np.stack([row, row], axis=1)
np.where(column > 0.5, 1, 0)
np.where(row > 0.5, column, row)
np.eye(3)[classes]
np.random.permutation(40)
np.random.permutation(column)
np.ones_like(column)
np.full_like(row, 2.0)
np.abs(column)
np.exp(row)
np.copy(column)
column.copy()
column.T
np.squeeze(column)
np.ravel(column)
load_iris(return_X_y=True)[1]
load_iris().target
train_test_split(column, random_state=0)[0]
row if n > 3 else column
-column
[row, row][0]
[[1.0], [2.0], [3.0]]
[1.0, 2.0, 3.0]
"""


@pytest.mark.parametrize("expression", EXPRESSIONS.splitlines())
def test_what_is_said_is_so(expression: str) -> None:
    program = f"{HEAD}found = {expression}\n"
    said = Project(Options()).interpret(program, "").arrays["found"].shape
    held: dict[str, object] = {}
    exec(program, held)
    true = np.shape(held["found"])  # type: ignore[arg-type]
    if said is not None:
        pairs = zip(said, true, strict=True)
        assert all(one is None or one == other for one, other in pairs), (said, true)


@pytest.mark.parametrize(
    ("expression", "known"),
    [
        ("np.random.choice([0, 1], 40)", (40,)),
        ("rng.standard_normal((40, 1))", (40, 1)),
        ("rng.random(40)", (40,)),
        ("tf.random.normal((40, 1))", (40, 1)),
        ("column[:30]", (None, 1)),
        ("table.sum(1)", (40,)),
    ],
)
def test_what_is_known(expression: str, known: tuple[int | None, ...]) -> None:
    program = f"{HEAD}found = {expression}\n"
    assert Project(Options()).interpret(program, "").arrays["found"].shape == known
