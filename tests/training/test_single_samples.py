"""Batches of one sample, which torch's BatchNorm1d does not train on."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=({rows}, 4))
y = rng.normal(size=({rows}, 2))
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3)])
model.add(keras.layers.BatchNormalization())
model.add(keras.layers.Dense(2))
model.compile(keras.optimizers.SGD(0.1), "mse")
history = model.fit(x, y, batch_size=8, epochs=2, verbose=0{fit})
losses = np.array(history.history["loss"])
"""


def test_exactly_they_are_trained_on(scripts: Scripts) -> None:
    text = PROGRAM.format(rows=17, fit="")
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"history", "losses"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("rows", "fit", "said"),
    [(17, "", True), (16, "", False), (20, ", validation_split=0.15", True), (9, "", True)],
)
def test_else_they_are_said(rows: int, fit: str, said: bool) -> None:
    found = convert(PROGRAM.format(rows=rows, fit=fit)).diagnostics
    assert any("has but one" in d.message for d in found) is said


@pytest.mark.parametrize("fit", ["", ", validation_split=0.2, validation_freq=0"])
def test_batches_of_nothing_fail_where_the_program_does(fit: str) -> None:
    text = PROGRAM.format(rows=17, fit=fit).replace("batch_size=8", "batch_size=0")
    assert "batch_size=0" not in converted(text)  # Keras 3 takes its default
