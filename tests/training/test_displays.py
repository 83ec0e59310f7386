"""What is asked of models in a list or dict behind something unknown that is unpacked there."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

PROGRAM = """\
import itertools

import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 4))
y = rng.normal(size=(40, 1))
space = {{"units": [2, 3], "seed": [5]}}
rows = []
for values in itertools.product(*space.values()):
    params = dict(zip(space.keys(), values))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(params["units"])])
    model.add(keras.layers.Dense(1))
    model.compile("sgd", "mse")
    history = model.fit(x, y, batch_size=16, epochs=2, verbose=0)
    rows.append({row})
counts = [row[{count}] for row in rows]
losses = [row[{loss}] for row in rows]
"""
ASKED = 'model.count_params(), history.history["loss"][-1]'


@pytest.mark.parametrize(
    ("row", "count", "loss"),
    [
        (
            '{**params, "count": model.count_params(), "loss": history.history["loss"][-1]}',
            "'count'",
            "'loss'",
        ),
        (f"[*values, {ASKED}]", "-2", "-1"),
        (f"(*values, {ASKED})", "-2", "-1"),
        (
            '{values: 3, "count": model.count_params(), "loss": history.history["loss"][-1]}',
            "'count'",
            "'loss'",
        ),
    ],
)
def test_it_is_asked_all_the_same(row: str, count: str, loss: str, scripts: Scripts) -> None:
    program = PROGRAM.format(row=row, count=count, loss=loss)
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart


def test_a_loop_over_something_unknown_is_said() -> None:
    program = """\
import numpy as np
from tensorflow import keras

x = np.ones((40, 4))
units = [2]
for step in range(2):
    model = keras.Sequential([keras.Input((4,))])
    for size in units:
        model.add(keras.layers.Dense(size))
    model.add(keras.layers.Dense(1))
    model.compile("sgd", "mse")
    units.append(model.fit(x, x[:, 0], verbose=0).history["loss"][0] > 0.1)
model = keras.Sequential([keras.Input((4,))])
for size in units:
    model.add(keras.layers.Dense(size))
model.compile("sgd", "mse")
"""
    said = [d.message for d in convert(program).diagnostics]
    assert "a loop over what is only known when the program runs" in said
