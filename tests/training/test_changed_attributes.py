"""Classes that build a model in `__init__` build it of the attributes as they are by then."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

TEXT = """
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(32, 4))
y = x.sum(1, keepdims=True)


class Base:
    def __init__(self, units):
        self.units = units + 1


class Trainer{base}:
    def __init__(self, units{default}, **options):
{body}
        self.model = keras.Sequential([keras.Input((4,)), layers.Dense({size}), layers.Dense(1)])
        self.model.compile("sgd", "mse")

    def widen(self):
        self.units += 2

    def fit(self):
        return self.model.fit(x, y, epochs=2, verbose=0).history


h = Trainer({given}).fit()
"""


def script(body: str, size: str = "self.units", given: str = "3", default: str = "") -> str:
    lines = "\n".join(f"        {line}" for line in body.split("\n"))
    base = "(Base)" if "super()" in body else ""
    return TEXT.format(body=lines, size=size, given=given, default=default, base=base)


CHANGED = [
    script("self.units = units\nself.units = max(self.units, 5)"),
    script("self.units = units\nself.units *= 2"),
    script("self.units = units\nif self.units is None:\n    self.units = 7", "self.units", "None"),
    script("self.units = units\nself.widen()"),
    script('self.units = units\nsetattr(self, "units", 6)'),
    script("super().__init__(units)"),
    script("units = units * 2\nself.units = units"),
    script("if units is None:\n    units = 6\nself.units = units", given="", default="=None"),
    script(
        'self.options = {"units": units}\nself.options.update(options)',
        'self.options["units"]',
        "3, units_of_nobody=1, **{}",
    ),
    script("self.options = dict(options)\nself.options['n'] *= 2", "self.options['n']", "3, n=2"),
    script("self.all = list(units)\nself.all.append(5)", "self.all[-1]", "(3, 4)"),
]


@pytest.mark.parametrize("text", CHANGED, ids=range(len(CHANGED)))
@pytest.mark.sample(3)
def test_builds_of_what_the_attribute_is_by_then(text: str, scripts: Scripts) -> None:
    result = convert(text, Options(exact=True))
    assert not [d.message for d in result.diagnostics if d.severity is Severity.ERROR]
    assert max(scripts.compare(text, result.text).values()) < 1e-9


def test_what_is_only_kept_is_taken_as_it_is_given() -> None:
    result = convert(script("self.units = units"))
    assert "self.model = TrainerModel(units)" in result.text


def test_an_attribute_that_changes_behind_the_model_is_an_error() -> None:
    text = script("self.units = units").replace(
        '        self.model.compile("sgd"',
        '        self.units = 9\n        self.model.compile("sgd"',
    )
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("`self.units` changes while the model is built" in message for message in said)
