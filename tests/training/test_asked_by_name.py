"""Classes of the framework that a program asks by a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import of_file
from tests.training.scripts import Scripts

PROGRAM = """\
from types import SimpleNamespace

import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
CONFIG = {"optimizer": "Adam", "rate": 0.01, "loss": "MeanAbsoluteError"}
NAMES = ["Adam", "SGD"]
args = SimpleNamespace(optimizer=NAMES[1], rate=0.1)


def train(cfg):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    OPTIMIZER
    model.compile(optimizer=optimizer, loss="mse")
    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history


history = train(CONFIG)
"""
KNOWN = [
    'optimizer = getattr(keras.optimizers, "SGD")(0.1, momentum=0.9)',
    'optimizer = getattr(keras.optimizers, CONFIG["optimizer"])(learning_rate=cfg["rate"])',
    'optimizer = getattr(keras.optimizers, cfg["optimizer"])(cfg["rate"])',
    'made = getattr(keras.optimizers, cfg["optimizer"])\n    optimizer = made(cfg["rate"])',
]


@pytest.mark.parametrize("way", KNOWN)
def test_a_name_that_is_known_is_written_out(way: str, scripts: Scripts, tmp_path: Path) -> None:
    program = PROGRAM.replace("OPTIMIZER", way)
    text, errors, _ = of_file(program, tmp_path)
    assert not errors
    assert "getattr" not in text
    assert "{" not in text.partition("model = Train()")[2].partition("train_loader")[0]
    apart = scripts.compare(program, text)
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


def test_others_are_looked_up(scripts: Scripts, tmp_path: Path) -> None:
    way = "optimizer = getattr(keras.optimizers, args.optimizer)(learning_rate=args.rate)"
    program = PROGRAM.replace("OPTIMIZER", way)
    text, errors, said = of_file(program, tmp_path)
    assert not errors
    assert any("only Adam, SGD can be looked up" in message for message in said)
    assert "}[args.optimizer]" in text
    apart = scripts.compare(program, text)
    assert max(apart.values()) < 1e-9, apart


LEFT = [
    "optimizer = getattr(keras.optimizers, args.optimizer)(learning_rate=make_rate())",
    'optimizer = getattr(keras.optimizers, args.optimizer, None) or "adam"',
    "optimizer = getattr(keras.optimizers, args.optimizer)(**args.options)",
]


@pytest.mark.parametrize("way", LEFT)
def test_what_is_more_than_a_name_is_left(way: str, tmp_path: Path) -> None:
    assert of_file(PROGRAM.replace("OPTIMIZER", way), tmp_path)[1]


TABLE = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.optimizers import SGD, Adam

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
KINDS = {"adam": Adam, "sgd": SGD}
history = {"loss": []}
for name in ("sgd", "adam"):
    for rate in (0.1, 0.01):
        model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        optimizer = KINDS[name](learning_rate=rate)
        model.compile(optimizer=optimizer, loss="mse")
        trained = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
        history["loss"].append(trained.history["loss"][-1])
"""


def test_a_script_may_pick_a_class_in_a_loop(scripts: Scripts, tmp_path: Path) -> None:
    text, errors, _ = of_file(TABLE, tmp_path)
    assert not errors
    assert "KINDS" not in text
    apart = scripts.compare(TABLE, text)
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart
