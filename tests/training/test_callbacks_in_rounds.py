"""Lists of callbacks that each round of a loop makes and fills."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted, of_file
from tests.training.scripts import Scripts
from transpiler.options import Options

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import callbacks, layers

rng = np.random.RandomState(0)
x = rng.rand(20, 4)
y = rng.rand(20, 1)
few = {few}


def build():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


found = []
for number in range(2):
    model = build()
{made}
    history = model.fit(x, y, epochs=4, shuffle=False, verbose=0, callbacks=watching)
    found += history.history["loss"]
"""
MADE = {
    "appended": (
        "    watching = [callbacks.EarlyStopping('loss', min_delta=0.01)]\n"
        "    watching.append(callbacks.ReduceLROnPlateau('loss', min_delta=1, patience=1))\n"
    ),
    "put together": (
        "    watching = [callbacks.EarlyStopping('loss', min_delta=0.01)]\n"
        "    watching += [callbacks.ReduceLROnPlateau('loss', min_delta=1, patience=1)]\n"
    ),
    "under a condition": (
        "    watching = [callbacks.ReduceLROnPlateau('loss', min_delta=1, patience=1)]\n"
        "    if few:\n        watching.append(callbacks.EarlyStopping('loss', min_delta=0.01))\n"
    ),
}


@pytest.mark.parametrize("how", MADE)
@pytest.mark.parametrize("few", ["True", "False"])
def test_each_round_has_its_own(how: str, few: str, scripts: Scripts) -> None:
    program = HEAD.format(made=MADE[how], few=few)
    text = converted(program, Options(exact=True))
    assert "watching" not in text
    apart = scripts.compare(program, text)
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart


def test_what_grows_from_round_to_round_is_refused(tmp_path: Path) -> None:
    made = "    watching.append(callbacks.ReduceLROnPlateau('loss', patience=1))\n"
    program = HEAD.format(made=made, few="True").replace(
        "found = []\n", "found, watching = [], []\n"
    )
    _, errors, _ = of_file(program, tmp_path)
    assert errors
