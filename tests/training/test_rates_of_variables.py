"""Optimizers in variables, by whose names rates are set once models are compiled with them."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 4))
y = rng.normal(size=(40, 1))


def build():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])


"""
SCRIPT = """\
model = build()
opt = keras.optimizers.SGD(0.1, momentum=0.9)
model.compile(optimizer=opt, loss="mse")
first = model.fit(x, y, epochs=2, verbose=0).history["loss"]
model.layers[0].trainable = False
{sets}
model.compile(opt, "mae")
second = model.fit(x, y, epochs=2, verbose=0).history["loss"]
"""
SETS = {
    "attribute": "opt.learning_rate = 0.01",
    "operator": "opt.learning_rate /= 10",
    "assigned": "opt.learning_rate.assign(0.01)",
    "read": "rate = float(opt.learning_rate.numpy())\nopt.learning_rate = rate / 2",
}


@pytest.mark.parametrize("case", list(SETS))
def test_scripts(case: str, scripts: Scripts) -> None:
    program = HEAD + SCRIPT.format(sets=SETS[case])
    apart = scripts.compare(program, converted(program))
    assert {"first", "second"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_functions(scripts: Scripts) -> None:
    lines = SCRIPT.format(sets=SETS["attribute"]).splitlines()
    inside = "".join(f"    {line}\n" for line in lines)
    program = f"{HEAD}def train():\n{inside}    return first + second\n\n\nlosses = train()\n"
    apart = scripts.compare(program, converted(program))
    assert apart["losses"] < 1e-9, apart


#: What may be another optimizer than the model's by then.
OTHERS = {
    "two models": "other = build()\nother.compile(opt, 'mse')\nopt.learning_rate = 0.01",
    "another optimizer": "model.compile('adam', 'mse')\nopt.learning_rate = 0.01",
    "another model": "model = build()\nopt.learning_rate = 0.01",
    "a function compiles it": (
        "def again():\n    model.compile('adam', 'mse')\n\n\nagain()\nopt.learning_rate = 0.01"
    ),
    "another name of it": "same = model\nsame.compile('adam', 'mse')\nopt.learning_rate = 0.01",
    "a function gets it": (
        "def again(one):\n    one.compile('adam', 'mse')\n\n\n"
        "again(model)\nopt.learning_rate = 0.01"
    ),
    "handed on": "def slow(one):\n    one.learning_rate = 0.01\n\n\nslow(opt)",
}


@pytest.mark.parametrize("case", list(OTHERS))
def test_what_may_be_another_one_is_refused(case: str) -> None:
    said = convert(HEAD + SCRIPT.format(sets=OTHERS[case])).diagnostics
    assert any(d.severity is Severity.ERROR for d in said)
