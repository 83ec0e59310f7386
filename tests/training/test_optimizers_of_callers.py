"""Optimizers that functions get as objects from several calls: each call gives what makes one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.optimizers import Adam, SGD

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


def make(units=3):
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(units), keras.layers.Dense(1)])


"""
RUN = """\
def run(optimizer, epochs=2):
    model = make()
    model.compile(optimizer=optimizer, loss="mse")
    return model.fit(x, y, epochs=epochs, shuffle=False, verbose=0).history["loss"]


"""
TRAIN = """\
def train(model, optimizer):
    model.compile(optimizer=optimizer, loss="mse")
    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]


"""
PICK = """\
def pick(name, lr):
    if name == "adam":
        return Adam(lr)
    return SGD(learning_rate=lr, momentum=0.9)


"""
COMPARE = """\
def compare(lr):
    found = []
    for name, optimizer in {"sgd": SGD(lr), "adam": Adam(learning_rate=lr)}.items():
        print(name)
        found += run(optimizer=optimizer)
    return found


"""
PASSED_ON = """\
def twice(optimizer):
    return run(optimizer, 1)


"""
PROGRAMS = {
    "two calls": f"{RUN}losses = run(SGD(0.1, momentum=0.5)) + run(Adam(0.05), epochs=3)\n",
    "a variable": f"{RUN}given = SGD(0.1)\nlosses = run(given)\nlosses += run(Adam(0.1))\n",
    "a loop": f"{RUN}losses = []\nfor one in [SGD(0.1), Adam(0.05)]:\n    losses += run(one)\n",
    "a loop of a function": f"{RUN}{COMPARE}losses = compare(0.1)\n",
    "a function that picks": (
        f'{RUN}{PICK}losses = []\nfor name in ("adam", "sgd"):\n    losses += run(pick(name, 0.1))'
    ),
    "passed on": f"{RUN}{PASSED_ON}losses = twice(SGD(0.1)) + twice(Adam(0.1))\n",
    "the model as well": (
        f"{TRAIN}model = make()\nlosses = train(model, SGD(0.1)) + train(model, Adam(0.1))\n"
    ),
    "the model, and one that is picked": (
        f'{TRAIN}{PICK}losses = []\nfor name in ("adam", "sgd"):\n    model = make()\n'
        "    losses += train(model, pick(name, 0.1))\n"
    ),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("how", PROGRAMS)
def test_each_call_gives_its_own(how: str, scripts: Scripts) -> None:
    text = HEAD + PROGRAMS[how]
    conversion = convert(text, Options(exact=True))
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "optim = optimizer(model.parameters())" in conversion.text
    apart = scripts.compare(text, conversion.text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "program",
    [
        # it goes on with what it knows
        f"{TRAIN}model, one = make(), SGD(0.1, momentum=0.9)\n"
        "losses = train(model, one) + train(model, one)\n",
        RUN.replace("    model = make()\n", "") + "model, one = make(), SGD(0.1, momentum=0.9)\n"
        "many = [one]\nfor o in many:\n    run(o)\nfor p in many:\n    run(p)\n",
        "def rounds(optimizer):\n    model = make()\n    for k in range(2):\n"
        "        model.compile(optimizer, 'mse')\n        model.fit(x, y, verbose=0)\n\n\n"
        "rounds(SGD(0.1, momentum=0.9))\n",
        # it is looked at besides
        f"{RUN}one = SGD(0.1)\nprint(one.name)\nlosses = run(one)\n",
        # something else is given as well, or by whoever
        f"{RUN}losses = run(SGD(0.1)) + run('adam')\n",
        f"{RUN}losses = run(SGD(0.1)) + run(*x)\n",
        f"{RUN}runs = [run]\nlosses = run(SGD(0.1)) + runs[0](SGD(0.1))\n",
        # the function does more with it
        RUN.replace("    return", "    print(optimizer.name)\n    return") + "run(SGD(0.1))\n",
    ],
)
def test_what_is_not_sure_is_refused(program: str) -> None:
    found = convert(HEAD + program).diagnostics
    assert any(d.severity is Severity.ERROR for d in found)


def test_other_files_may_give_something_else(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("from train import run\n")
    text = HEAD + PROGRAMS["two calls"]
    found = convert(text, path=str(tmp_path / "train.py")).diagnostics
    reason = "`run` gets optimizers, also from other files"
    assert any(reason in d.message for d in found), found
