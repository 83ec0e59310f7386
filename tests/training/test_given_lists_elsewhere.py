"""The same in functions and classes of other files, which have no word of the framework."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

DATA = """\
import numpy as np
import pandas as pd

NAMES = ["left", "right"]


def load():
    rng = np.random.RandomState(0)
    return pd.DataFrame({"left": rng.rand(60), "right": rng.rand(60), "y": rng.rand(60)})


def one(d, name):
    return d[name].values


def inputs(d):
    return [one(d, name) for name in NAMES]


def both(d):
    return inputs(d), d["y"].values


class Columns:
    def __init__(self, table):
        self.table = table
        self.y = table["y"].values

    def inputs(self):
        return inputs(self.table)
"""
MODELS = """\
from tensorflow import keras
from tensorflow.keras import layers


def build():
    left, right = keras.Input((1,), name="left"), keras.Input((1,), name="right")
    shared = layers.Dense(4, activation="tanh")
    joined = layers.concatenate([shared(left), layers.Dense(2)(shared(right))])
    model = keras.Model([left, right], layers.Dense(1)(joined))
    model.compile("sgd", "mse")
    return model
"""
TRAIN = """\
{imports}
from models import build

table = {data}load()
model = build()
{before}
history = model.fit({arrays}, epochs=2, batch_size=16, verbose=0, shuffle=False)
"""
TRIALS = {
    "function": ("from data import inputs, load", "", "", 'inputs(table), table["y"].values'),
    "other name": ("from data import inputs as x, load", "", "", 'x(table), table["y"].values'),
    "module": ("import data", "data.", "", 'data.inputs(table), table["y"].values'),
    "pair": ("from data import both, load", "", "x, y = both(table)", "x, y"),
    "pair passed on": ("from columns import both, load", "", "x, y = both(table)", "x, y"),
    "object": (
        "from data import Columns, load",
        "",
        "columns = Columns(table)",
        'columns.inputs(), table["y"].values',
    ),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("name", TRIALS)
def test_functions_of_other_files(name: str, tmp_path: Path, session: VerifySession) -> None:
    imports, data, before, arrays = TRIALS[name]
    train = TRAIN.format(imports=imports, data=data, before=before, arrays=arrays)
    files = {"data.py": DATA, "models.py": MODELS, "train.py": train}
    files["columns.py"] = "from data import both, load\n"
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert texts["data.py"] == DATA
    assert_equal(tmp_path, "train.py", session)


def test_a_function_that_nobody_sees_is_said(tmp_path: Path) -> None:
    imports, data, before, arrays = TRIALS["function"]
    train = TRAIN.format(imports=imports, data=data, before=before, arrays=arrays)
    other = DATA.replace("return [one(d, name) for name in NAMES]", "return lists(d, NAMES)")
    files = {"models.py": MODELS, "data.py": f"from elsewhere import lists\n{other}"}
    _, errors = converted(tmp_path, {**files, "train.py": train})
    assert any("x is not one array for each: left, right" in message for message in errors)
