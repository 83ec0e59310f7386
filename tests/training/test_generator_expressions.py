"""Generator expressions as data: `model.fit(((x[i : i + 5], y[i : i + 5]) for i in starts))`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

START = """\
import numpy as np
from tensorflow import keras

rng = np.random.RandomState(0)
x, y = rng.rand(20, 3), rng.rand(20, 1)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
"""
PAIRS = "((x[i:i + 5], y[i:i + 5]) for i in range(0, 20, 5))"
ALONE = "((x[i:i + 5],) for i in range(0, 20, 5))"
PROGRAM = f"""{START}\

def batches(count):
    starts = range(0, 20, count)
    return ((x[i:i + count], y[i:i + count]) for i in starts)


class Data:
    def __init__(self):
        self.rows = {ALONE}

    def again(self, count):
        return ((x[i:i + count],) for i in range(0, 20, count))


model.fit({PAIRS}, verbose=0)
more = ((x[i % 20:i % 20 + 5], y[i % 20:i % 20 + 5]) for i in range(0, 500, 5))
model.fit(more, steps_per_epoch=3, epochs=2, verbose=0)
loss = model.evaluate(batches(4), verbose=0)
given = {ALONE}
first = model.predict(given, verbose=0)
second = [model.predict({ALONE}, verbose=0) for _ in range(2)][1]
data = Data()
kept = model.predict(data.rows, verbose=0)
others = model.predict(data.again(7), verbose=0)
sizes = dict((k, 2 * k) for k in range(4))
largest = max((v, k) for k, v in sizes.items())[1]
"""


def test_what_they_give_are_batches(scripts: Scripts) -> None:
    result = converted(PROGRAM)
    assert f"predict(model, {ALONE})" in result
    apart = scripts.compare(PROGRAM, result)
    wanted = {"loss", "first", "second", "kept", "others", "largest"}
    assert wanted <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_functions_of_other_files_give_them_too(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    made = "def batches(x):\n    return ((x[i:i + 5],) for i in range(0, 20, 5))\n"
    (tmp_path / "batches.py").write_text(made)
    text = f"from batches import batches\n{START}p = model.predict(batches(x), verbose=0)\n"
    (tmp_path / "train.py").write_text(text)
    result = convert(text, Options(), str(tmp_path / "train.py")).text
    assert "for (x,) in loader:" in result


@pytest.mark.parametrize(
    "given", ["[(a, b) for a in x]", "(a for a in x)", "((a, 1) for a in x)[0]"]
)
def test_what_gives_other_things_is_no_generator_of_batches(given: str) -> None:
    text = f"{START}def rows():\n    return {given}\n\n\np = model.predict(rows(), verbose=0)\n"
    assert "for (x,) in loader:" not in convert(text).text
