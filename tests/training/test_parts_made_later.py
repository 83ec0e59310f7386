"""Optimizers that functions get, made of what has another value by the time of the call."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(24, 3)
y = x.sum(1)


class Settings:
    lr = 0.1


"""
TRAINS = """\
def train(model, opt):
    model.compile(optimizer=opt, loss="mse")
    history = model.fit(x, y, epochs=2, batch_size=6, shuffle=False, verbose=0)
    return history.history["loss"]


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
"""
BUILDS = """\
def build(units, optimizer):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units)])
    model.compile(optimizer=optimizer, loss="mse")
    return model


"""
#: What stands before the optimizer, its rate, and what changes behind it.
CHANGES = {
    "variable": ("lr = 0.1", "lr", "lr = 0.01"),
    "entry": ('cfg = {"lr": 0.1}', 'cfg["lr"]', 'cfg["lr"] = 0.01'),
    "attribute": ("", "Settings.lr", "Settings.lr = 0.01"),
    "list": ("rates = [0.01, 0.1]", "rates.pop()", "rest = list(rates)"),
    "drawn": ("rng = np.random.RandomState(1)", "rng.uniform(0.01, 0.1)", "z = rng.rand()"),
}


def _program(head: str, change: str, used: str) -> str:
    before, rate, behind = CHANGES[change]
    made = f"{before}\nopt = keras.optimizers.SGD({rate})\n{behind}\n"
    return HEAD + head + made + used


@pytest.mark.parametrize("change", CHANGES)
def test_one_that_would_be_another_at_the_call_is_an_error(change: str) -> None:
    found = convert(_program(TRAINS, change, "loss = train(model, opt)\n"))
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert any("has changed since" in e or "changes something" in e for e in errors), errors
    assert "train_epoch" not in found.text


@pytest.mark.parametrize("change", CHANGES)
def test_a_builder_gets_what_it_was_made_of(change: str, scripts: Scripts) -> None:
    used = (
        "model = build(1, opt)\n"
        'loss = model.fit(x, y, epochs=2, batch_size=6, verbose=0).history["loss"]\n'
    )
    program = _program(BUILDS, change, used)
    apart = scripts.compare(program, converted(program))
    assert "loss" in apart
    assert max(apart.values()) < 1e-9, apart


def test_what_nothing_changes_is_made_at_the_call(scripts: Scripts) -> None:
    made = "lr = 0.1\nopt = keras.optimizers.SGD(lr)\nloss = train(model, opt)\nlr = 0.01\n"
    program = HEAD + TRAINS + made
    text = converted(program)
    assert "loss = train(model, torch.optim.SGD(model.parameters(), lr=lr))\n" in text
    assert max(scripts.compare(program, text).values()) < 1e-9


def test_what_stands_between_reads_the_list_that_shrinks() -> None:
    """The direct `compile`, too."""
    made = "rates = [0.01, 0.1]\nopt = keras.optimizers.SGD(rates.pop())\nrest = list(rates)\n"
    model = "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])\n"
    found = convert(f"{HEAD}{model}{made}model.compile(opt, 'mse')\nmodel.fit(x, y)\n")
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert any("changes something when it is evaluated" in e for e in errors), errors
