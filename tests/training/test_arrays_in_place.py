"""Arrays that something changes in place between two trainings, by other names than theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_several_files import converted as converted_files
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

rng = np.random.RandomState(0)
DX, DY = rng.normal(size=(40, 5)), rng.normal(size=(40, 1))
CACHE = {"x": DX, "y": DY}
both = [DX, DY]


def zero(a):
    a[a > 0.5] = 0


def clip():
    np.clip(DX, -0.5, 0.5, out=DX)


def center():
    CACHE["x"] -= 1


def cached():
    zero(CACHE["x"])


def each(function):
    for a in (DX, DY):
        function(a)


def get():
    return DX, DY


"""
TRAIN = """\
x, y = get()
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
first = np.array(model.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"])
{change}
second = np.array(model.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"])
"""
CHANGES = ["clip()", "cached()", "each(zero)", "zero(both[0])", "DX[:9] = 0", "both[0][:9] = 0"]
CHANGES += ["center()", 'CACHE["x"] *= 2', "for a in both:\n    a *= 2", "both[0] /= 2"]
CHANGES += ["view = both[0][:20]\nview += 1", "np.multiply(both[0], 2, both[0])"]


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_is_trained_on(change: str, scripts: Scripts) -> None:
    text = HEAD + TRAIN.format(change=change)
    result = convert(text).text
    assert result.count("TensorDataset(\n") + result.count("TensorDataset(torch") == 2
    apart = scripts.compare(text, result)
    assert {"first", "second"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


NUMBERS = """\
count = 0
total = {"seen": 0}
count += 1
total["seen"] += len(both)
names = []
names += list(CACHE)
"""


@pytest.mark.parametrize("change", ["print(len(both))", NUMBERS])
def test_else_the_loader_is_made_once(change: str) -> None:
    result = convert(HEAD + TRAIN.format(change=change)).text
    assert result.count("DataLoader(") == 1


@pytest.mark.parametrize("change", ["clip()", "cached()", "each(zero)", "center()"])
def test_functions_of_another_file_do_so(change: str, tmp_path: Path) -> None:
    name = change.partition("(")[0]
    main = (
        f"from data import {name}, zero, DX, DY\nfrom tensorflow import keras\nimport numpy as np\n"
    )
    main += TRAIN.format(change=change).replace("get()", "DX, DY")
    texts, errors = converted_files(tmp_path, {"data.py": HEAD, "main.py": main})
    assert not errors
    assert texts["main.py"].count("DataLoader(") == 2


WINDOWS = """\
DX, DY = DX.astype("float32"), DY.astype("float32")
data = keras.utils.timeseries_dataset_from_array(DX, DY, sequence_length=3, batch_size=8)
{change}
model = keras.Sequential([keras.Input((3, 5)), keras.layers.Flatten(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
losses = np.array(model.fit(data, epochs=2, verbose=0).history["loss"])
"""


@pytest.mark.parametrize("change", ["DX *= 0.5", "zero(DX)"])
def test_windows_are_of_the_series_as_it_was(change: str, scripts: Scripts) -> None:
    text = HEAD + WINDOWS.format(change=change)
    result = convert(text).text
    assert ".copy()" in result
    apart = scripts.compare(text, result)
    assert "losses" in apart
    assert max(apart.values()) < 1e-6, apart  # Keras keeps float32 here


def test_which_nothing_copies_that_nothing_changes() -> None:
    head, _, _ = HEAD.partition("CACHE")
    assert ".copy()" not in convert(head + WINDOWS.format(change="print(len(DX))")).text
