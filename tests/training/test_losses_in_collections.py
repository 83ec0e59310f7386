"""Losses of several outputs in lists and dicts that only the run knows are none by one name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import of_file

PROGRAM = """\
import numpy as np
from tensorflow import keras

TASKS = ["a", "b"]
x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
{before}


def run(loss, names):
    inputs = keras.Input((6,))
    outputs = {outputs}
    model = keras.Model(inputs, outputs)
    model.compile("sgd", {loss})
    return model.fit(x, {targets}, epochs=2, shuffle=False, verbose=0).history


history = run({given}, TASKS)
"""
TWO = '{n: keras.layers.Dense(1, name=n)(inputs) for n in ("a", "b")}'
ONE = "keras.layers.Dense(1)(inputs)"


@pytest.mark.parametrize(
    ("before", "loss", "given"),
    [
        ("", "loss", '{"a": "mse", "b": "mae"}'),
        ("", "loss", '["mse", "mae"]'),
        ("", '{n: "mae" for n in names}', "None"),
        ("", '[f"m{k}e" for k in ("s", "a")]', "None"),
        ('filled = {}\nfor t in TASKS:\n    filled[t] = "mse"', "loss", "filled"),
        ('LOSSES = {t: "mae" for t in TASKS}', "loss", "LOSSES"),
        ("def losses(kind):\n    return {t: kind for t in TASKS}", 'losses("mae")', "None"),
    ],
)
def test_of_several_outputs(before: str, loss: str, given: str, tmp_path: Path) -> None:
    text = PROGRAM.format(
        before=before, loss=loss, given=given, outputs=TWO, targets='{"a": y, "b": y}'
    )
    made, errors, _ = of_file(text, tmp_path)
    assert any("may be a list or dict, which only the run knows" in one for one in errors)
    assert "model.compile(" in made


@pytest.mark.parametrize("given", ['["mae"]', '{"dense": "mae"}'])
def test_of_one_output(given: str, tmp_path: Path) -> None:
    text = PROGRAM.format(before="", loss="loss", given=given, outputs=ONE, targets="y")
    _, errors, _ = of_file(text, tmp_path)
    assert any("`loss` may be a list or dict" in one for one in errors)


@pytest.mark.parametrize("part", ['{"class_name": "SGD", "config": {}}', "['sgd']"])
def test_an_optimizer_in_one(part: str, tmp_path: Path) -> None:
    text = PROGRAM.format(before="", loss="'mse'", given=part, outputs=ONE, targets="y")
    _, errors, _ = of_file(text.replace('compile("sgd"', "compile(loss"), tmp_path)
    assert errors
