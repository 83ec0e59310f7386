"""Pipelines of tf.data over arrays: the same histories as from the arrays themselves."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(50, 6))
y = rng.normal(size=(50,))
{data}
model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
history = model.fit({fit}, epochs=3, verbose=0)
losses = history.history["loss"]
score = model.evaluate({evaluate}, verbose=0)
prediction = model.predict(x, verbose=0)
"""
SLICES = "tf.data.Dataset.from_tensor_slices"
TRAIN = f"train = {SLICES}((x, y)).batch(16)"


def program(data: str, fit: str = "train", evaluate: str = "x, y") -> str:
    return PROGRAM.format(data=data, fit=fit, evaluate=evaluate)


TRIALS = [
    program(TRAIN),
    program(f"train = {SLICES}((x, y))\ntrain = train.cache().batch(batch_size=16).prefetch(1)"),
    program(
        f"{TRAIN}.prefetch(tf.data.AUTOTUNE)\ntest = {SLICES}((x[:20], y[:20])).batch(8)",
        "train, validation_data=test",
        "test",
    ),
    program(TRAIN, f"{SLICES}((x, y)).batch(10)", "train"),
    program(TRAIN, "train, validation_data=(x[:9], y[:9])"),
]


@pytest.mark.parametrize("text", TRIALS)
def test_trains_equally(text: str, scripts: Scripts) -> None:
    conversion = convert(text)
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "tf." not in conversion.text
    apart = scripts.compare(text, conversion.text)
    assert {"losses", "score", "prediction"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("steps", "shuffled"), [(".shuffle(50).batch(16)", True), (".batch(16)", False)]
)
def test_what_is_shuffled_stays_shuffled(steps: str, shuffled: bool) -> None:
    text = convert(program(f"train = {SLICES}((x, y)){steps}")).text
    assert (
        "train_loader = DataLoader(train_data, batch_size=16, shuffle=True)" in text
    ) == shuffled


@pytest.mark.parametrize(
    "text",
    [
        program(f"train = {SLICES}((x, y))"),
        program(f"{TRAIN}.repeat()"),
        program(f"{TRAIN}.shuffle(3)"),
        program(f"{TRAIN}.map(lambda a, b: (a * 2, b))"),
        program(f"train = {SLICES}((x, y)).batch(16, drop_remainder=True)"),
        program(f"train = {SLICES}((x, y)).batch(16, True)"),
        program(f"train = {SLICES}((x, y)).shuffle(9, reshuffle_each_iteration=False).batch(16)"),
        program(TRAIN + "\nx = x * 2"),
        program(TRAIN, "train, y"),
        program(f"def made(x, y):\n    return {SLICES}((x, y)).batch(2)\n", "made(x, y)"),
    ],
)
def test_what_is_not_translated_is_said(text: str) -> None:
    conversion = convert(text)
    found = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert found
    assert "model.compile(" in conversion.text
    assert "history = model.fit(" in conversion.text
