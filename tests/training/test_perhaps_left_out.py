"""Arguments that some value of the program leaves out, which only the run tells."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import argparse

import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).randint(0, 2, 40)
losses = []


def net():
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    return model


"""
PROGRAMS = {
    "a share in a loop": """\
for split in (0.25, 0.0):
    model = net()
    history = model.fit(x, y, epochs=2, verbose=0, shuffle=False, validation_split=split)
    losses.append(history.history["loss"][-1])
""",
    "a share of the command line": """\
parser = argparse.ArgumentParser()
parser.add_argument("--val-split", type=float, default=0.0)
args = parser.parse_args([])
model = net()
history = model.fit(x, y, epochs=2, verbose=0, shuffle=False, validation_split=args.val_split)
losses.append(history.history["loss"][-1])
""",
    "a size of batches": """\
for settings in [{"size": None}, {"size": 8}]:
    model = net()
    history = model.fit(x, y, epochs=2, verbose=0, shuffle=False, batch_size=settings["size"])
    losses.append(history.history["loss"][-1])
""",
    "data to validate on": """\
for settings in [{"val": None}, {"val": (x, y)}]:
    model = net()
    history = model.fit(
        x, y, epochs=2, verbose=0, shuffle=False, validation_data=settings["val"]
    ).history
    losses.append(history["loss"][-1])
    losses.append(len(history))
""",
    "weights of classes": """\
class Trainer:
    def __init__(self, weights=None):
        self.weights = weights
        self.model = net()

    def fit(self):
        history = self.model.fit(
            x, y, epochs=2, verbose=0, shuffle=False, class_weight=self.weights
        )
        return history.history["loss"]


first, second = Trainer(), Trainer({0: 1.0, 1: 3.0})
losses += first.fit()
losses += second.fit()
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_run_tells(name: str, scripts: Scripts) -> None:
    program = HEAD + PROGRAMS[name]
    apart = scripts.compare(program, converted(program))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


BOTH = """\
def train(validation_split=0.2, validation_data=None):
    model = net()
    return model.fit(
        x, y, epochs=2, verbose=0, validation_split=validation_split,
        validation_data=validation_data,
    ).history


history = train()
"""


def test_a_share_beside_data_is_left() -> None:
    said = convert(HEAD + BOTH).diagnostics
    assert any("validation_split beside" in d.message for d in said)
    assert any(d.severity is Severity.ERROR for d in said)


MONITOR = """\
def train(split=0.0):
    model = net()
    stopping = keras.callbacks.EarlyStopping(monitor=MONITOR, patience=1)
    return model.fit(
        x, y, epochs=2, verbose=0, validation_split=split, callbacks=[stopping]
    ).history


history = train()
"""


@pytest.mark.parametrize(
    ("monitor", "left"),
    [
        ('"val_loss" if len(x) > 9 else "loss"', True),
        ('"val_loss" if split else "loss"', False),
        ('"val_loss"', False),
    ],
)
def test_a_monitor_that_the_run_tells_is_left(monitor: str, left: bool) -> None:
    said = convert(HEAD + MONITOR.replace("MONITOR", monitor)).diagnostics
    assert any(d.severity is Severity.ERROR for d in said) is left


def test_weights_of_samples_may_be_none(scripts: Scripts) -> None:
    fit = 'losses += model.fit(x, y, verbose=0, sample_weight=settings["weights"]).history["loss"]'
    loop = 'for settings in [{"weights": None}, {"weights": np.linspace(0, 1, 40)}]:'
    text = f"{HEAD}{loop}\n    model = net()\n    {fit}\n"
    apart = scripts.compare(text, converted(text))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart
