"""A history has its entries once some epoch has given them values, where that is asked."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

PROGRAM = """\
import argparse

import numpy as np
from tensorflow import keras

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default={epochs})
args = parser.parse_args([])
rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mse", "mae"])
h = model.fit(x, y, batch_size=8, shuffle=False, verbose=0, epochs=args.epochs{more})
{asked}
"""
ASKED = {
    "whole": 'found = h.history["loss"][-1] if h.history else -1.0',
    "not": "found = -1.0\nif not h.history:\n    found = -2.0",
    "key": 'found = h.history["mae"][-1] if "mae" in h.history else -1.0',
    "get": 'found = sum(h.history.get("loss", [7.0]))',
    "count": "found = len(h.history)",
    "merged": 'found = sum({**{"loss": [3.0]}, **h.history}["loss"])',
    "numbers": "found = sum(h.epoch) if h.history else -1.0",
}
VALIDATED = {
    **ASKED,
    "validated": 'found = min(h.history["val_loss"]) if "val_loss" in h.history else -1.0',
    "values": "found = [v[-1] for v in h.history.values()]",
    "loop": "found = [h.history[k][-1] for k in h.history]",
    "places": """found = [list(h.history).index(k) for k in h.history if k.endswith("mae")]""",
    "lists": "found = [k for k in list(h.history)]\nfound = len(found)",
}


@pytest.mark.parametrize("epochs", [0, 2])
@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_a_run_of_no_epochs_leaves_no_entries(asked: str, epochs: int, scripts: Scripts) -> None:
    text = PROGRAM.format(epochs=epochs, more="", asked=asked)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("epochs", [1, 3])
@pytest.mark.parametrize("asked", VALIDATED.values(), ids=VALIDATED)
def test_a_run_without_a_validation_has_no_entries_of_it(
    asked: str, epochs: int, scripts: Scripts
) -> None:
    more = ", validation_data=(x, y), validation_freq=2"
    text = PROGRAM.format(epochs=epochs, more=more, asked=asked)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart


def test_lists_begin_empty_where_nobody_asks() -> None:
    text = PROGRAM.format(epochs=2, more="", asked='print(h.history["loss"][-1])')
    assert '"loss": []' in converted(text)
