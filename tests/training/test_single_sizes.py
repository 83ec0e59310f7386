"""Inputs whose shape is a single number, as Keras 2 takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import of_file
from tests.training.scripts import Scripts

HEAD = """\
import numpy as np
import tensorflow.keras.layers as L
import tensorflow.keras.models as M

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
columns = list("abcdef")


"""
FUNCTION = """\
def build(n):
    inputs = L.Input(n)
    h = L.BatchNormalization()(inputs)
    return M.Model(inputs, L.Dense(1)(L.Dense(4, activation="relu")(h)))


model = build(SIZE)
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
"""
OBJECT = """\
class Net:
    def __init__(self, n):
        self.n = n
        self.model = self.build()

    def build(self):
        model = M.Sequential([L.Input(self.n), L.Dense(4, activation="relu"), L.Dense(1)])
        model.compile("sgd", "mse")
        return model


net = Net(SIZE)
history = net.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
"""


@pytest.mark.parametrize("size", ["x.shape[1]", "len(columns)", "6"])
@pytest.mark.parametrize("program", [FUNCTION, OBJECT])
def test_a_number_is_the_size(program: str, size: str, scripts: Scripts, tmp_path: Path) -> None:
    program = HEAD + program.replace("SIZE", size)
    text, errors, _ = of_file(program, tmp_path)
    assert not errors
    apart = scripts.compare(program, text, "2")
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


def test_a_tuple_is_all_of_them(scripts: Scripts, tmp_path: Path) -> None:
    program = HEAD + OBJECT.replace("SIZE", "x.shape[1:]")
    text, errors, _ = of_file(program, tmp_path)
    assert not errors
    assert max(scripts.compare(program, text, "2").values()) < 1e-9
