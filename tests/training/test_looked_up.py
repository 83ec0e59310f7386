"""Settings in lists and dicts that change by another name than the one by which they are read."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import random
from functools import partial

import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 4))
y = rng.normal(size=(40, 1))
{settings}
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
{change}
model.compile("sgd", {read})
losses = model.fit(x, y, epochs=2, batch_size=16, verbose=0).history["loss"]
"""
CFG = "cfg = {'loss': 'mse'}\n"
HELD = f"""{CFG}

class S:
    def __init__(self, c):
        self.c = c

    def conf(self):
        return self.c


s = S(cfg)
"""
CLASS = """

class S:
    loss = "mse"
    table = {'loss': 'mse'}
    losses = ['mse', 'mae']


s = S()
"""
CASES = {
    "nested": (
        "base = {'loss': 'mse'}\ncfg = {'train': base}",
        "base['loss'] = 'mae'",
        "cfg['train']['loss']",
    ),
    "listed": ("base = {'loss': 'mse'}\ncfgs = [base]", "base['loss'] = 'mae'", "cfgs[0]['loss']"),
    "method": (HELD, "s.conf()['loss'] = 'mae'", "cfg['loss']"),
    "property": (
        HELD.replace("    def conf", "    @property\n    def conf"),
        "s.conf['loss'] = 'mae'",
        "cfg['loss']",
    ),
    "lambda": (CFG, "put = lambda c: c.update(loss='mae')\nput(cfg)", "cfg['loss']"),
    "partial": (CFG, "put = partial(cfg.update)\nput(loss='mae')", "cfg['loss']"),
    "largest": (f"{CFG}box = [cfg]", "max(box, key=len)['loss'] = 'mae'", "cfg['loss']"),
    "table of a class": (CLASS, "s.table['loss'] = 'mae'", "S.table['loss']"),
    "list of a class": (CLASS, "s.losses.reverse()", "S.losses[0]"),
    "class by a table": (
        CLASS + "TABLE = {'a': S}\n",
        "TABLE['a'].loss = 'mae'",
        "S.loss",
    ),
    "shuffled": ("grid = ['mse', 'mae']\nrandom.seed(3)", "random.shuffle(grid)", "grid[0]"),
    "turned": ("grid = ['mse', 'mae']", "grid.reverse()", "grid[0]"),
    "element": ("grid = ['mse']", "grid[0] = 'mae'", "grid[0]"),
    "inserted": ("grid = ['mse']", "grid.insert(0, 'mae')", "grid[0]"),
    "removed": ("grid = ['mse', 'mae']", "grid.remove('mse')", "grid[0]"),
    "by a function": (
        "grid = ['mse', 'mae']\n\n\ndef drop(losses):\n    losses.pop(0)\n\n",
        "drop(grid)",
        "grid[0]",
    ),
}


@pytest.mark.parametrize("case", list(CASES))
def test_they_are_looked_up_when_run(case: str, scripts: Scripts) -> None:
    settings, change, read = CASES[case]
    program = PROGRAM.format(settings=settings, change=change, read=read)
    text = converted(program)
    assert "criterion = nn.MSELoss()" not in text
    apart = scripts.compare(program, text)
    assert max(apart.values()) < 1e-9, apart


def test_what_stays_is_written() -> None:
    program = PROGRAM.format(settings=CFG + "grid = ['mse', 'mae']", change="", read="grid[1]")
    assert "criterion = nn.L1Loss()\n" in converted(program)


def test_a_list_that_is_complete_when_a_dict_gets_it() -> None:
    settings = "names = []\nnames.append('mae')\ncfg = {'losses': names}"
    text = converted(PROGRAM.format(settings=settings, change="", read="cfg['losses'][0]"))
    assert "criterion = nn.L1Loss()\n" in text


def test_layers_that_a_list_in_a_dict_gets_later_are_missed() -> None:
    made = "stack = [keras.Input((4,)), keras.layers.Dense(3)]"
    added = "stack.append(keras.layers.Dense(1))"
    before = PROGRAM.format(
        settings=f"{made}\n{added}\nparts = {{'a': stack}}", change="", read="'mse'"
    )
    after = PROGRAM.format(
        settings=f"{made}\nparts = {{'a': stack}}\n{added}", change="", read="'mse'"
    )
    model = "keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])"
    before, after = (p.replace(model, "keras.Sequential(parts['a'])") for p in (before, after))
    assert "self.dense_1 = nn.Linear(3, 1)\n" in converted(before)
    said = [d.message for d in convert(after).diagnostics if d.severity is Severity.ERROR]
    assert any("changes by another name" in message for message in said), said
