"""Statements of a function that have nothing to do with the model that it builds stay in it."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import os
from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_diabetes
from tensorflow import keras
from tensorflow.keras import layers


class Config:
    rate = 0.1

    def __init__(self, name):
        self.name = name
        self.units = 4

    def path(self):
        return os.path.join("nowhere", self.name)


@dataclass
class Settings:
    epochs: int = 2
    batch_size: int = 50


class Loader:
    def load(self):
        return load_diabetes(return_X_y=True)


"""

MAIN = """\
def main(name):
    settings = Settings()
    cfg = Config(name)
    x, y = Loader().load()
    {statement}
    model = keras.Sequential()
    model.add(layers.Dense(cfg.units * factor, activation="relu", input_shape=(x.shape[1],)))
    model.add(layers.Dropout(cfg.rate))
    model.add(layers.Dense(1))
    model.compile(keras.optimizers.SGD(cfg.rate / 10), "mse")
    history = model.fit(x, y, epochs=settings.epochs, batch_size=settings.batch_size, verbose=0)
    return history.history


loss = main("first")["loss"]
"""

STATEMENTS = [
    """\
try:
        factor = int(open(cfg.path()).read())
    except OSError:
        factor = 2
""",
    """\
if os.path.exists(cfg.path()):
        factor = 3
    else:
        factor = 2
""",
    """\
factor = 0
    for line in "ab":
        if os.path.exists(line):
            continue
        factor += 1
""",
    """\
with open(os.devnull) as file:
        factor = len(file.read()) + 2
""",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_plain_statements_stay(statement: str, scripts: Scripts) -> None:
    text = HEAD + MAIN.replace("{statement}\n", statement)
    result = converted(text)
    body = result[result.index("def main(") :]
    assert statement in body
    assert "Model(cfg, factor, x.shape[1])" in body.replace("\n", "")
    apart = scripts.compare(text, result)
    assert "loss" in apart
    assert max(apart.values()) < 1e-9, apart


BLOCK = """\
def block(x, name):
    try:
        units = int(open(name).read())
    except OSError:
        units = 2
    return layers.Dense(units)(x)


inputs = keras.Input((4,))
model = keras.Model(inputs, block(inputs, "units.txt"))
"""
LATE = """\
def build(name):
    units = int(os.environ.get("UNITS", "2"))
    inputs = keras.Input((4,))
    x = layers.Dense(units)(inputs)
    try:
        units = int(open(name).read())
    except OSError:
        units = 3
    return keras.Model(inputs, layers.Dense(units)(x))


model = build("units.txt")
"""


@pytest.mark.parametrize(
    ("script", "reason"), [(BLOCK, "`try`"), (LATE, "`units` changes while the model is built")]
)
def test_what_a_class_would_need_inside_is_refused(script: str, reason: str) -> None:
    errors = [d for d in convert(HEAD + script).diagnostics if d.severity is Severity.ERROR]
    assert any(reason in d.message for d in errors), errors
