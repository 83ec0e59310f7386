"""Checks before a model is built, which its class makes, and what they read changes."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
from types import SimpleNamespace

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 1))
"""
FUNCTION = HEAD + """\
{state}


def build(units):
{begin}
    model = keras.Sequential()
    model.add(layers.Dense(units, input_shape=(5,)))
{between}
    model.add(layers.Dense(1))
    model.compile("sgd", "mse")
    return model


model = build(4)
losses = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
"""
METHOD = HEAD + """\


class Net:
    def __init__(self):
        self.{model} = {empty}
        self.ready = False
        self.count = 0

    def mark(self):
        self.ready = True

    def build(self, units):
{begin}
        {make}
        self.model.add(layers.Dense(units, input_shape=(5,)))
        self.model.add(layers.Dense(1))
        self.model.compile("sgd", "mse")

    def fit(self):
        return self.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]


net = Net()
net.build(4)
losses = net.fit()
"""
CHECK = "    if {}:\n        raise RuntimeError"
STATES = {
    "entry": ('STATE = {"built": 0}', 'STATE["built"]', 'STATE["built"] += 1'),
    "list": ("MODELS = []", "MODELS", "MODELS.append(units)"),
    "set": ("SEEN = set()", "units in SEEN", "SEEN.add(units)"),
    "attribute": ("STATE = SimpleNamespace(built=False)", "STATE.built", "STATE.built = True"),
}
FLAGS = {
    "raise": "if self.ready:\n    raise RuntimeError\nself.ready = True",
    "count": "if self.count > 0:\n    raise RuntimeError\nself.count += 1",
    "method": "if self.ready:\n    raise RuntimeError\nself.mark()",
}
BEGUN = {**FLAGS, "return": "if self.ready:\n    return\nself.ready = True"}


@pytest.mark.parametrize("place", ["before", "between"])
@pytest.mark.parametrize("state", STATES)
def test_a_function_that_counts_its_models(state: str, place: str) -> None:
    made, asked, change = STATES[state]
    begin, between = CHECK.format(asked), f"    {change}"
    if place == "before":
        begin, between = f"{begin}\n{between}", ""
    _is_refused(FUNCTION.format(state=made, begin=begin, between=between))


@pytest.mark.parametrize("flag", BEGUN)
@pytest.mark.parametrize("begun", [False, True])
def test_a_method_that_marks_its_object(flag: str, begun: bool) -> None:
    if begun or flag in FLAGS:
        begin = "\n".join(f"        {line}" for line in BEGUN[flag].split("\n"))
        made = "keras.Sequential()"
        make = "pass" if begun else f"self.model = {made}"
        empty = made if begun else "None"
        _is_refused(METHOD.format(begin=begin, model="model", empty=empty, make=make))


def _is_refused(text: str) -> None:
    said = convert(text).diagnostics
    errors = [one.message for one in said if one.severity is Severity.ERROR]
    assert any("`build` is left as it is" in one for one in errors), errors


@pytest.mark.parametrize(
    "begin",
    [
        f"{CHECK.format('units > 4')}\n    units = units * 2",
        f"{CHECK.format('units > 4')}\n    print('building', units)\n    LOG.append(units)",
        "    assert units < 5, units\n    units += 3",
        f"    sizes = [units, 7]\n{CHECK.format('len(sizes) < 2')}\n    units = sizes.pop()",
    ],
    ids=["scaled", "logged", "assert", "popped"],
)
def test_what_is_no_state_converts(begin: str, scripts: Scripts) -> None:
    text = FUNCTION.format(state="LOG = []", begin=begin, between="")
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert apart["losses"] < 1e-9
