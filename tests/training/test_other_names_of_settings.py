"""Dicts of settings that a program changes by another name, or where it isn't seen when."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.source.changed_entries import changed_entries

PROGRAM = """\
import operator
from functools import partial

import numpy as np
from tensorflow import keras

rng = np.random.RandomState(0)
x, y = rng.randn(40, 4), rng.randn(40, 1)
CFG = {{"loss": "mse", "act": "tanh"}}
GIVEN = [("loss", "mae"), ("act", "relu")]


def override(settings, given):
    for key, value in given:
        settings[key] = value


{change}
model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(3, activation=CFG["act"]), keras.layers.Dense(1)]
)
model.compile("sgd", CFG["loss"])
losses = model.fit(x, y, epochs=2, batch_size=16, verbose=0).history["loss"]
"""
CHANGES = {
    "another name": "same = CFG\noverride(same, GIVEN)",
    "an object": (
        "class C:\n    def __init__(self, c):\n        self.c = c\n"
        "    def put(self, k, v):\n        self.c[k] = v\nc = C(CFG)\n"
        'c.put("loss", "mae")\nc.put("act", "relu")\n'
    ),
    "in a dict": 'both = {"a": CFG}\nboth["a"]["loss"] = "mae"\nboth["a"]["act"] = "relu"',
    "what a function gives": (
        'def get():\n    return CFG\nget()["loss"] = "mae"\nget()["act"] = "relu"\n'
    ),
    "or": "same = CFG or {}\noverride(same, GIVEN)",
    "globals": 'globals()["CFG"]["loss"] = "mae"\nglobals()["CFG"]["act"] = "relu"',
    "operator": 'operator.setitem(CFG, "loss", "mae")\noperator.setitem(CFG, "act", "relu")',
    "two names": "a = b = CFG\noverride(b, GIVEN)",
    "a default": 'def g(c=CFG):\n    c["loss"] = "mae"\n    c["act"] = "relu"\ng()',
    "a lambda": '(lambda c: c.update(loss="mae", act="relu"))(CFG)',
    "a method by another name": 'f = CFG.update\nf(loss="mae", act="relu")',
    "map": "list(map(lambda kv: CFG.__setitem__(*kv), GIVEN))",
    "partial": "p = partial(override, CFG)\np(GIVEN)",
    "handed on": "def run(fn, *args):\n    return fn(*args)\nrun(override, CFG, GIVEN)",
    "in a list": "CONFIGS = [CFG]\nfor c in CONFIGS:\n    override(c, GIVEN)",
    "in a class": "class A:\n    cfg = CFG\noverride(A.cfg, GIVEN)",
    "in an attribute": "class A:\n    pass\na = A()\na.cfg = CFG\noverride(a.cfg, GIVEN)",
    "a generator": "def gen():\n    yield CFG\nfor c in gen():\n    override(c, GIVEN)",
    "a comprehension": "[CFG.update({k: v}) for k, v in GIVEN]",
    "a pair": "x1, same = 1, CFG\noverride(same, GIVEN)",
    "next": "same = next(iter([CFG]))\noverride(same, GIVEN)",
    "a copy": 'same = CFG.copy()\noverride(same, [("loss", "mae")])',
    "only read": "def show(c):\n    return sorted(c.items())\nsame = CFG\nshow(same)",
    "keywords": 'def h(**kw):\n    CFG.update(kw)\nh(loss="mae", act="relu")',
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_they_are_read_when_the_program_runs(change: str, scripts: Scripts) -> None:
    program = PROGRAM.format(change=change)
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "program",
    [
        "parts = [[3]]\nfor one in range(2):\n    parts = [*parts, [one]]\nfor part in parts:\n"
        "    part.append(4)\n",
        "def deep(n):\n    return deep(n - 1) if n else []\n\n\ndeep(3).append(1)\n",
        "def turns(n):\n    yield from turns(n - 1)\n    yield turns(n)\n\n\nfor one in turns(2):\n"
        "    one.append(1)\n",
    ],
)
def test_what_is_made_of_itself_has_an_end(program: str) -> None:
    assert changed_entries(program).keys == frozenset()  # and no RecursionError
