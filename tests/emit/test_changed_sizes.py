"""Sizes of layers in attributes and entries that a script changes while it makes the model."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
from argparse import Namespace

from tensorflow import keras
from tensorflow.keras import layers

args = Namespace(units=4)
config = {"units": 4}


"""
WIDEN = """\
def widen():
    config["units"] = 8


"""
ADDED = """\
model = keras.Sequential()
model.add(keras.Input((3,)))
model.add(layers.Dense({units}))
{change}
model.add(layers.Dense({units}))
"""
CALLED = """\
inputs = keras.Input((3,))
x = layers.Dense({units})(inputs)
{change}
x = layers.Dense({units})(x)
model = keras.Model(inputs, x)
"""


@pytest.mark.parametrize("form", [ADDED, CALLED], ids=["Sequential", "functional"])
@pytest.mark.parametrize(
    ("units", "change"),
    [
        ("args.units", "args.units = 8"),
        ('config["units"]', "widen()"),
        ("args.units * 2", "args.units += 1"),
    ],
)
def test_what_a_class_would_read_too_late_is_refused(form: str, units: str, change: str) -> None:
    said = [
        d.message
        for d in convert(HEAD + WIDEN + form.format(units=units, change=change)).diagnostics
        if d.severity is Severity.ERROR
    ]
    reasons = ("changes before the model is complete", "and a function changes it, too")
    assert any(reason in message for reason in reasons for message in said), said


@pytest.mark.parametrize("form", [ADDED, CALLED], ids=["Sequential", "functional"])
@pytest.mark.parametrize(
    ("units", "change"),
    [
        ("args.units", "args.rate = 8"),
        ('config["units"]', "print(config)"),
        ("units", "units = 8"),
        ('config["units"]', 'config["rate"] = 8'),
        ('config["units"]', 'config["units"] = 8'),  # the class has a dict of its own
    ],
)
def test_other_changes_are_none(form: str, units: str, change: str) -> None:
    head = HEAD + ("units = 4\n" if units == "units" else "")
    made = convert(head + form.format(units=units, change=change))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]


def test_layers_of_an_earlier_model_are_not_those_of_this_one() -> None:
    text = HEAD + CALLED.format(units="args.units", change="args.rate = 8")
    later = CALLED.format(units="args.units", change="args.rate = 9").replace("model", "other")
    found = convert(f"{text}args.units = 5\n{later}").diagnostics
    assert not [d for d in found if d.severity is Severity.ERROR]
