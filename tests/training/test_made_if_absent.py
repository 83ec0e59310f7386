"""Optimizers and callbacks that functions make where they get none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import of_file
from tests.training.scripts import Scripts

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping
from tensorflow.keras.optimizers import SGD, Adam

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


"""
BUILDER = """\
def build(units, optimizer=None, loss="mse"):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(units), keras.layers.Dense(1)])
    if optimizer is None:
        optimizer = Adam(0.01)
    model.compile(optimizer=optimizer, loss=loss)
    return model


model = build(3)
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
"""
TRAINER = """\
class Trainer:
    def __init__(self, optimizer=None, callbacks=None):
        self.optimizer = optimizer or SGD(0.1)
        self.callbacks = [EarlyStopping("loss")] if callbacks is None else callbacks
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])

    def fit(self):
        self.model.compile(self.optimizer, "mse")
        return self.model.fit(
            x, y, epochs=2, shuffle=False, verbose=0, callbacks=self.callbacks
        ).history


history = Trainer().fit()
"""


@pytest.mark.parametrize(
    ("program", "signature"),
    [
        (BUILDER, "def build(units, loss="),
        (BUILDER.replace("\n        optimizer =", " optimizer ="), "def build(units, loss="),
        (
            BUILDER.replace("    if optimizer is None:\n    ", "").replace(
                "= Adam", "= optimizer or Adam"
            ),
            "def build(units, loss=",
        ),
        (TRAINER, "def __init__(self):"),
    ],
)
def test_what_no_call_gives_is_made(
    program: str, signature: str, scripts: Scripts, tmp_path: Path
) -> None:
    text, errors, said = of_file(HEAD + program, tmp_path)
    assert not errors
    assert signature in text
    assert any("no call gives it" in message for message in said)
    apart = scripts.compare(HEAD + program, text)
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


def test_where_some_calls_give_one_the_others_do_so_too(scripts: Scripts, tmp_path: Path) -> None:
    more = (
        "second = build(3, SGD(0.1))\nmore = second.fit(x, y, epochs=2, verbose=0, shuffle=False)"
    )
    program = f"{HEAD}{BUILDER}{more}\nlosses = more.history['loss']\n"
    text, errors, _ = of_file(program, tmp_path)
    assert not errors
    assert "optimizer = KerasAdam(model.parameters(), lr=0.01, eps=1e-7)" in text
    assert "torch.optim.SGD(second.parameters(), lr=0.1)" in text
    apart = scripts.compare(program, text)
    assert {"history", "losses"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


LEFT = [
    BUILDER.replace("build(3)", "build(3, None)"),
    BUILDER.replace("build(3)", "build(3, None)\nother = build(3, SGD(0.1))"),
    BUILDER.replace("build(3)", "build(3, optimizer=None)"),
    BUILDER.replace("optimizer = Adam(0.01)", "optimizer = Adam(rate)").replace(
        "build(3)", "build(3, optimizer=None)\nother = build(3, SGD(0.1))"
    ),
    BUILDER.replace("    if opt", "    print(optimizer)\n    if opt"),
    BUILDER.replace("model = build(3)", "model = build(*read())"),
    BUILDER.replace("model = build(3)", "built = map(build, read())\nmodel = build(3)"),
]


@pytest.mark.parametrize("program", LEFT)
def test_the_parameter_stays_where_it_may_be_more(program: str, tmp_path: Path) -> None:
    text, errors, _ = of_file(HEAD + program, tmp_path)
    assert errors
    assert "def build(units, optimizer=None" in text


def test_nothing_is_gone_of_a_function_that_nobody_calls(tmp_path: Path) -> None:
    program = BUILDER.partition("model = build(3)")[0]
    text, _, said = of_file(HEAD + program, tmp_path)
    assert "def build(units, optimizer=None" in text
    assert not any("no call gives it" in message for message in said)
