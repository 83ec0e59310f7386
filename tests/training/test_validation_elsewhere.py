"""What a `fit` validates on, where functions show that it is arrays, targets and weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

DATA = """\
import numpy as np


def load(seed=0):
    rng = np.random.RandomState(seed)
    x = rng.rand(60, 4)
    y = (x[:, 0] > 0.5).astype(int)
    w = np.where(y == 1, 2.0, 0.5)
{given}
"""
PARTS = "(x[:40], y[:40], w[:40]), (x[40:], y[40:], w[40:])"
TRAIN = """\
from tensorflow.keras import Sequential, layers
{imports}

{made}
model = Sequential([layers.Input((4,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(
    {x}, epochs=2, batch_size=10, shuffle=False, verbose=0, validation_data={val}
)
loss = history.history["loss"] + history.history["val_loss"]
"""
#: What the function returns, and how the program takes and uses it.
WAYS = {
    "nested": (f"return {PARTS}", "(x, y, w), val = load()", "x, y, sample_weight=w", "val"),
    "without weights": (f"return {PARTS}", "train, val = load()", "train[0], train[1]", "val"),
    "variables": (f"train, val = {PARTS}\n    return train, val", "(x, y, w), val = load()",
                  "x, y", "val"),
    "a dict": (f"train, val = {PARTS}\n    return {{'train': train, 'val': val}}",
               "data = load()", 'data["train"][0], data["train"][1]', 'data["val"]'),
    "a call": ("return x, y, w", "x, y, _ = load()", "x, y", "load(1)"),
    "a pair": ("return (x[:40], y[:40], w[:40]), (x[40:], y[40:])", "(x, y, w), val = load()",
               "x, y, sample_weight=w", "val"),
}  # fmt: skip


@pytest.mark.parametrize("style", ["name", "module", "star", "one file"])
@pytest.mark.parametrize("way", WAYS)
def test_weights_of_validation_data(
    way: str, style: str, tmp_path: Path, session: VerifySession
) -> None:
    given, made, x, val = WAYS[way]
    data = DATA.format(given=f"    {given}")
    imports = {"name": "from data import load", "module": "import data as source"}
    imports |= {"star": "from data import *", "one file": data}
    made = made.replace("load", "source.load") if style == "module" else made
    val = val.replace("load", "source.load") if style == "module" else val
    train = TRAIN.format(imports=imports[style], made=made, x=x, val=val)
    files = {"main.py": train} if style == "one file" else {"data.py": data, "main.py": train}
    _, errors = converted(tmp_path, files)
    assert not errors
    assert_alike(tmp_path, session)
