"""Callbacks that look at one of two values of the epoch, as a condition has it."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

TEXT = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(24, 5)
y = x.sum(axis=1, keepdims=True)


def run(val=None, patience=1, validates=True):
    model = keras.Sequential([keras.Input((5,)), layers.Dense(4), layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
    stop = keras.callbacks.EarlyStopping({stop}, min_delta=0.5, patience=patience)
    slow = keras.callbacks.ReduceLROnPlateau({slow}, patience=0, min_delta=0.5)
    save = keras.callbacks.ModelCheckpoint({save}, save_best_only=True, save_weights_only=True)
    return model.fit(
        x, y, epochs=5, validation_data={val}, callbacks=[stop, slow, save], verbose=0
    )


a = run((x[:5], y[:5])).history
{more}
"""
BY_NONE = {
    "stop": '"val_mae" if val is not None else "mae"',
    "slow": '"loss" if val is None else "val_loss"',
    "save": '"x.weights.h5", "val_loss" if val is not None else "loss"',
    "val": "val",
    "more": "b = run().history\n",
}
BY_FLAG = {
    "stop": '"val_loss" if validates else "loss"',
    "slow": '"loss" if not validates else "val_loss"',
    "save": '"x.weights.h5", "val_loss" if validates else "loss"',
    "val": "(x[:5], y[:5]) if validates else None",
    "more": "b = run(validates=False).history\n",
}
ALWAYS = {**BY_FLAG, "val": "(x[:5], y[:5])"}


def filled(parts: dict[str, str]) -> str:
    text = TEXT
    for name, part in parts.items():
        text = text.replace("{" + name + "}", part)
    return text


@pytest.mark.parametrize("parts", [BY_NONE, BY_FLAG, ALWAYS], ids=["none", "flag", "always"])
def test_either_value(scripts: Scripts, parts: dict[str, str]) -> None:
    text = filled(parts)
    made = convert(text, Options(exact=True))
    assert not [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    differences = scripts.compare(text, made.text.replace("float32", "float64"))
    assert {"a", "b"} <= differences.keys()
    assert max(differences.values()) < 1e-9


@pytest.mark.parametrize(
    "parts",
    [
        {**BY_NONE, "stop": '"val_mae" if validates else "mae"'},  # there may be no validation
        {**BY_NONE, "stop": '"val_mae" if val is None else "mae"'},
        {**BY_NONE, "save": "'{val_loss}.weights.h5', 'val_loss' if val is not None else 'loss'"},
    ],
)
def test_a_value_that_may_be_missing(parts: dict[str, str]) -> None:
    found = [d.message for d in convert(filled(parts)).diagnostics if d.severity == "error"]
    assert any("looks at a" in message for message in found)
