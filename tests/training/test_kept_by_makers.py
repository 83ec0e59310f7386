"""Models that an object gets at several places from one of its methods."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 1))


class Trial:
    def __init__(self, units):
        self.units = units
        self.model = self.make(units)

    def make(self, units) -> keras.Model:
        model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(units)])
        model.add(keras.layers.Dense(1))
        model.compile(keras.optimizers.SGD(0.1 / units), "mse")
        return model

    def reset(self):
        self.units *= 2
        self.model = self.make(self.units)

    def train(self):
        fit = self.model.fit(x, y, epochs=2, shuffle=False, verbose=0)
        return fit.history["loss"]


trial = Trial(3)
"""
USES = """\
first = trial.train()
trial.reset()
second = trial.train()
trial.reset()
third = trial.train()
"""
#: Uses beside these, with which the method is left as it is.
OTHERWISE = {
    "given to another one": "other = trial.make(2)\n",
    "by an heir": "class Wide(Trial):\n    pass\n\n\nwide = Wide(2)\n",
    "by its name": "other = getattr(trial, 'make')(2)\n",
    "the old one goes on": "old = trial.model\ntrial.reset()\nold.fit(x, y, verbose=0)\n",
}


def test_the_method_keeps_them(scripts: Scripts) -> None:
    result = converted(PROGRAM + USES, Options(exact=True))
    assert "        self.make(units)\n" in result
    assert "        self.make(self.units)\n" in result
    assert "    def make(self, units) -> None:\n" in result
    apart = scripts.compare(PROGRAM + USES, result)
    assert max(apart[name] for name in ("first", "second", "third")) < 1e-9


@pytest.mark.parametrize("uses", OTHERWISE.values(), ids=OTHERWISE)
def test_other_uses_are_refused(uses: str) -> None:
    said = convert(f"{PROGRAM}{uses}").diagnostics
    assert any(one.severity is Severity.ERROR for one in said)


def test_two_names_are_two_models() -> None:
    """One place for each name: the method goes on giving them."""
    text = PROGRAM.replace("self.model = self.make(self.units)", "self.target = self.make(2)")
    assert "return model\n" in convert(text).text
