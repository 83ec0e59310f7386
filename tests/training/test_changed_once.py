"""What a function does to what it gets happens once, and where it stands: not in the class."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

DATA = """\
import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler
from tensorflow.keras import Input, Model, Sequential
from tensorflow.keras.layers import Dense

data = np.random.default_rng(0).normal(2, 3, size=(40, 4))
targets = np.random.default_rng(1).normal(size=(40, 1))
"""
MODEL = """\
    model = Sequential([Input((4,)), Dense({units}), Dense(1)])
    model.compile("sgd", "mse")
    return model.fit({given}, epochs=2, shuffle=False).history["loss"]


"""


def train(parameters: str, steps: str, given: str = "x, y", units: str = "2") -> str:
    """A function that does something, then builds a model and trains it."""
    lines = "".join(f"    {line}\n" for line in steps.split("\n"))
    return f"def train({parameters}):\n{lines}{MODEL.format(units=units, given=given)}"


PROGRAMS = {
    "scaler": DATA
    + train("scaler, x, y", "scaler.fit(x)\nx = scaler.transform(x)")
    + "losses = train(StandardScaler(), data, targets)",
    "generator": DATA
    + train("rng, x, y", "index = np.arange(40)\nrng.shuffle(index)", "x[index], y[index]")
    + "losses = train(np.random.default_rng(2), data, targets)",
    "table": DATA
    + train("table, y", "table.fillna(0.5, inplace=True)\nx = table.values")
    + "table = pd.DataFrame(np.where(data > 3, np.nan, data))\n"
    + "losses = train(table, targets)\nleft = table.values",
    "column": DATA
    + train("table, y", 'table["a"] = table["a"] / 2\nx = table.values', units="table.shape[1]")
    + 'table = pd.DataFrame(data, columns=list("abcd"))\n'
    + "losses = train(table, targets)\nleft = table.values",
    "list that is read": DATA
    + train("log, x, y", "log.append(1)\ncount = len(log)", "x * count, y", "count")
    + "log = [3]\nlosses = train(log, data, targets)\ncount = len(log)",
    "list that nothing reads": DATA
    + train("log, x, y", 'log.append("start")')
    + "log = []\nlosses = train(log, data, targets)\ncount = len(log)",
    "list that may be another one": DATA
    + train("x, y, log=None", "log = log or []\nlog.append(3)", "x * len(log), y", "log[-1]")
    + "log = [3]\nlosses = train(data, targets, log)\ncount = len(log)",
    "list of a function": DATA
    + "ROWS = [1]\n\n\ndef rows():\n    return ROWS\n\n\n"
    + train("x, y", "held = rows()\nheld.append(3)", "x * len(held), y", "len(held)")
    + "losses = train(data, targets)\ncount = len(ROWS)",
    "part that a call picks": DATA
    + train(
        "x, y, parts",
        'part = max(parts, key=len)\npart["units"] += 1',
        'x * part["units"], y',
        'part["units"]',
    )
    + 'parts = [{"units": 1}, {"units": 2, "wide": 1}]\nlosses = train(data, targets, parts)\n'
    + 'units = [part["units"] for part in parts]',
    "settings": DATA
    + train(
        "x, y, config",
        'config["units"] *= 2\nconfig.update(scale=config["units"])',
        'x * config["scale"], y',
        'config["units"]',
    )
    + 'config = {"units": 2}\nlosses = train(data, targets, config)\nunits = config["units"]',
    "under a condition": DATA
    + train(
        "rng, x, y, mixed",
        "index = np.arange(40)\nif mixed:\n    rng.shuffle(index)",
        "x[index], y",
    )
    + "losses = train(np.random.default_rng(2), data, targets, True)",
    "parts of a list of one's own": DATA
    + train(
        "x, y, parts",
        'own = list(parts)\nfor part in own:\n    part["units"] += 1',
        'x * own[1]["units"], y',
        'own[0]["units"]',
    )
    + 'parts = [{"units": 1}, {"units": 2}]\nlosses = train(data, targets, parts)\n'
    + 'units = [part["units"] for part in parts]',
    "object of an object": DATA
    + """\
class Log:
    def __init__(self):
        self.sizes = []

    def add(self, size):
        self.sizes.append(size)


class Trainer:
    def __init__(self, log):
        self.log = log

    def train(self, x, y):
        self.log.add(len(x))
        count = len(self.log.sizes)
        self.model = Sequential([Input((4,)), Dense(count), Dense(1)])
        self.model.compile("sgd", "mse")
        losses = self.model.fit(x * count, y, epochs=2, shuffle=False).history["loss"]
        self.log.add(7)
        return losses


log = Log()
losses = Trainer(log).train(data, targets)
sizes = log.sizes
""",
    "between two models": DATA
    + """\
def train(log, x, y):
    first = Sequential([Input((4,)), Dense(2), Dense(1)])
    first.compile("sgd", "mse")
    log.append(1)
    x = x * len(log)
    log.extend([2, 3])
    second = Sequential([Input((4,)), Dense(len(log)), Dense(1)])
    second.compile("sgd", "mse")
    first.fit(x, y, epochs=1, shuffle=False)
    return second.fit(x, y, epochs=2, shuffle=False).history["loss"]


log = []
losses = train(log, data, targets)
""",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_it_happens_once_where_it_stands(program: str, scripts: Scripts) -> None:
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_what_changes_after_the_class_has_read_it_is_said() -> None:
    program = DATA + """\
def build(log):
    inputs = Input((4,))
    outputs = Dense(len(log))(inputs)
    log.append(1)
    return Model(inputs, Dense(1)(outputs))


model = build([1, 2])
"""
    said = [d.message for d in convert(program).diagnostics if d.severity == "error"]
    assert any("`log` changes while the model is built" in message for message in said)


def test_what_is_the_functions_own_stays_in_the_class() -> None:
    program = DATA + """\
def build(first):
    sizes = [4]
    sizes.append(first)
    model = Sequential([Input((4,))])
    for size in sizes:
        model.add(Dense(size))
    return model


model = build(3)
"""
    conversion = convert(program)
    assert conversion.text.count("sizes.append(first)") == 1
    assert "return Build(first)" in conversion.text


def test_what_a_block_changes_and_its_class_does_not_is_said() -> None:
    program = DATA + """\
def block(x, log):
    log.append("block")
    return Dense(2)(x)


def build(log):
    inputs = Input((4,))
    return Model(inputs, block(inputs, log))


model = build([])
"""
    said = [d.message for d in convert(program).diagnostics if d.severity == "error"]
    assert any("`block` is left as it is: it changes `log`" in message for message in said)
