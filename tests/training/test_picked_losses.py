"""Losses that the program picks when it runs: by a function, out of a table, or by who calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted, of_file
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers, losses

rng = np.random.RandomState(1)
x = rng.rand(48, 6)
y = {targets}

{table}
def run({parameter}):
    hidden = layers.Dense(4, activation="relu", input_shape=(6,))
    model = keras.Sequential([hidden, layers.Dense(1{activation})])
    model.compile("sgd", loss={loss}, metrics=["mae"])
    return model.fit(x, y, epochs=2, batch_size=10, verbose=0).history["loss"]


found = {found}
"""
NUMBERS = {"targets": "rng.rand(48, 1)", "activation": ""}
BITS = {"targets": "rng.randint(0, 2, (48, 1))", "activation": ', activation="sigmoid"'}
RETURNS = """
def pick(name):
    if name == "huber":
        return losses.Huber(0.5)
    if name == "mae":
        return "mae"
    return losses.MeanSquaredError()


"""
ASSIGNS = """
def pick(name):
    if name == "huber":
        loss = losses.Huber(0.5)
    else:
        loss = losses.MeanSquaredError()
    return loss


"""
TABLE = 'TABLE = {"huber": losses.Huber(0.5), "mse": losses.MeanSquaredError(), "mae": "mae"}\n\n'
INSIDE = """
def pick(name):
    table = {"huber": losses.Huber(0.5), "mse": losses.MeanSquaredError()}
    return table[name]


"""
EACH = '[run(name) for name in ["huber", "mse"]]'
ALL = '[run(name) for name in ("huber", "mse", "mae")]'
BY_NAME = {"parameter": "name", "loss": "pick(name)"}
CASES = {
    "returned": NUMBERS | BY_NAME | {"table": RETURNS, "found": ALL},
    "assigned": NUMBERS | BY_NAME | {"table": ASSIGNS, "found": EACH},
    "of a table": NUMBERS | BY_NAME | {"table": INSIDE, "found": EACH},
    "table": NUMBERS | {"table": TABLE, "parameter": "name", "loss": "TABLE[name]", "found": ALL},
    "keys of it": NUMBERS
    | {
        "table": TABLE,
        "parameter": "name",
        "loss": "TABLE[name]",
        "found": "{name: run(name) for name in TABLE}",
    },
    "callers": NUMBERS
    | {
        "table": "",
        "parameter": "loss",
        "loss": "loss",
        "found": '[run("mse"), run(loss=losses.Huber(0.3)), run(losses.MeanAbsoluteError())]',
    },
    "kinds": BITS
    | {
        "table": "",
        "parameter": "loss",
        "loss": "loss",
        "found": "[run(losses.BinaryCrossentropy()), run(losses.MeanSquaredError())]",
    },
    "names": BITS
    | {
        "table": "",
        "parameter": "loss",
        "loss": "loss",
        "found": '[run("binary_crossentropy"), run("mse")]',
    },
}


@pytest.mark.parametrize("case", CASES)
def test_each_trains_by_its_own(case: str, scripts: Scripts) -> None:
    text = PROGRAM.format(**CASES[case])
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("case", "after", "wanted"),
    [
        ("returned", 'pick("mae")', "gives one of several losses, and is used besides"),
        (
            "assigned",
            'value = pick("mse")(y, y)',
            "gives one of several losses, and is used besides",
        ),
        ("table", "print(TABLE)", "has several losses, and is used besides"),
        ("table", 'value = TABLE["mse"](y, y)', "has several losses, and is used besides"),
    ],
)
def test_what_else_wants_them_is_said(case: str, after: str, wanted: str) -> None:
    said = convert(f"{PROGRAM.format(**CASES[case])}{after}\n").diagnostics
    assert any(wanted in d.message for d in said if d.severity is Severity.ERROR)


def test_a_function_that_changes_them_is_said() -> None:
    text = PROGRAM.format(**CASES["assigned"]).replace(
        "    return loss", "    loss.x = 1\n    return loss"
    )
    said = convert(text).diagnostics
    assert any("is used besides" in d.message for d in said if d.severity is Severity.ERROR)


@pytest.mark.parametrize(
    ("case", "asked", "wanted"),
    [
        ("callers", "from train import run\n\nrun('mae')\n", "other files give it others"),
        ("returned", "from train import pick\n\npick('mae')\n", "and is used besides"),
    ],
)
def test_other_files_may_want_them(case: str, asked: str, wanted: str, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(asked, encoding="utf-8")
    _, errors, _ = of_file(PROGRAM.format(**CASES[case]), tmp_path)
    assert any(wanted in message for message in errors)
