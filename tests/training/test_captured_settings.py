"""Settings whose names are those of variables in the functions that train and evaluate."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from tests.training.test_attempts_that_fail import compared

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

r = np.random.RandomState(0)
x, y = r.rand(40, 5), r.randint(0, 2, (40, 1)).astype("float64")
"""
FIT = """\
m = keras.Sequential([keras.Input((5,)), layers.Dense(1, activation="sigmoid")])
m.compile({})
h = m.fit(x, y, epochs=2, shuffle=False, verbose=0, validation_split=0.2).history
"""
BINARY = 'loss="binary_crossentropy"'
SETTINGS = {
    "threshold": f'"sgd", {BINARY}, metrics=[keras.metrics.BinaryAccuracy(threshold={{0}})]',
    "clipnorm": f"keras.optimizers.SGD(0.1, clipnorm={{0}}), {BINARY}",
    "clipvalue": f"keras.optimizers.SGD(0.1, clipvalue={{0}}), {BINARY}",
    "loss_weights": f'"sgd", {BINARY}, loss_weights=[{{0}}]',
    "delta": '"sgd", loss=keras.losses.Huber(delta={0})',
    "delta of a metric": f'"sgd", {BINARY}, metrics=[keras.losses.Huber({{0}})]',
    "label_smoothing": '"sgd", keras.losses.BinaryCrossentropy(label_smoothing={0})',
    "gamma": '"sgd", keras.losses.BinaryFocalCrossentropy(gamma={0})',
    "steps": f"keras.optimizers.SGD(gradient_accumulation_steps=int({{0}} * 10)), {BINARY}",
    "rate": f"keras.optimizers.SGD({{0}}), {BINARY}",
    "dropout": f'"sgd", {BINARY}, metrics=[keras.metrics.AUC(num_thresholds=int({{0}} * 100))]',
}
NAMES = [
    "targets", "outputs", "logits", "loss", "parameter", "criterion", "inputs", "clip_norm",
    "model", "optimizer", "loader",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("setting", SETTINGS)
def test_they_are_read_or_refused(setting: str, name: str, scripts: Scripts) -> None:
    program = f"{HEAD}{name} = 0.3\n" + FIT.format(SETTINGS[setting].format(name))
    compared(scripts, program)


@pytest.mark.parametrize("setting", SETTINGS)
def test_others_are_read(setting: str, scripts: Scripts) -> None:
    name = "clip_norm" if "clip" in setting else "mine"
    program = f"{HEAD}{name} = 0.3\n" + FIT.format(SETTINGS[setting].format(name))
    assert not compared(scripts, program) or setting == "dropout"


LOOKED_UP = """\
a, b = layers.Input((1,)), layers.Input((5,))
made = layers.Embedding(5, 4, {})(a)
m = keras.Model([a, b], layers.Dense(1)(layers.concatenate([layers.Flatten()(made), b])))
m.compile("sgd", "mse")
h = m.fit([r.randint(0, 5, (40, 1)), x], y, epochs=2, shuffle=False, verbose=0).history
"""


@pytest.mark.parametrize(
    "told",
    [
        "embeddings_regularizer=keras.regularizers.l2(1e-2)",
        "embeddings_constraint=keras.constraints.MaxNorm(0.1)",
        "embeddings_regularizer=keras.regularizers.l2(0.5), embeddings_initializer='ones'",
    ],
)
@pytest.mark.parametrize("built", [False, True])
def test_ids_are_whole_numbers(told: str, built: bool, scripts: Scripts) -> None:
    program = LOOKED_UP.format(told)
    if built:
        lines = program.splitlines(keepends=True)
        program = "def build():\n" + "".join(f"    {line}" for line in lines[:-1])
        program += f"    return m\nm = build()\n{lines[-1]}"
    assert not compared(scripts, HEAD + program)
