"""Targets of which only the run tells how many axes they have: Keras makes them fit the output."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

SHAPES = {"x": (40, 6), "windows": (40, 6, 1)}
MODELS = {
    "number": ("x", "keras.Input((6,)), layers.Dense(1)"),
    "next": ("windows", "keras.Input((6, 1)), layers.LSTM(3), layers.Dense(1)"),
    "row": ("x", "keras.Input((6,)), layers.Dense(3)"),
    "later": ("windows", "keras.Input((6, 1)), layers.GRU(3), layers.Dense(3)"),
    "steps": (
        "windows",
        "keras.Input((6, 1)), layers.LSTM(3, return_sequences=True),"
        " layers.TimeDistributed(layers.Dense(1))",
    ),
    "pairs": ("windows", "keras.Input((6, 1)), layers.GRU(3, return_sequences=True),"
     " layers.Dense(2)"),
}  # fmt: skip
CASES = [
    ("number", ()), ("number", (1,)), ("number", (6,)), ("number", (6, 1)), ("number", (1, 1)),
    ("next", ()), ("next", (6,)), ("next", (6, 1)),
    ("row", (3,)), ("row", (3, 1)), ("row", (1,)), ("row", (1, 3)),
    ("later", (3,)), ("later", (3, 1)), ("later", (1, 3)),
    ("steps", ()), ("steps", (1,)), ("steps", (6,)), ("steps", (6, 1)), ("steps", (1, 1)),
    ("pairs", (6, 2)), ("pairs", (6, 1)),
]  # fmt: skip
PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def own(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


x, y = np.load({x!r}), np.load({y!r})
model = keras.Sequential([{layers}])
model.compile(keras.optimizers.SGD(0.1), {compiled})
losses = model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0).history
score = model.evaluate(x, y, verbose=0)
"""


def _program(place: Path, model: str, shape: tuple[int, ...], compiled: str) -> str:
    x, made = MODELS[model]
    draw = np.random.RandomState(0)
    files = {"x": SHAPES[x], "y": (40, *shape)}
    for name, size in files.items():
        np.save(place / f"{name}.npy", draw.rand(*size))
    found = {name: str(place / f"{name}.npy") for name in files}
    return PROGRAM.format(**found, layers=made, compiled=compiled)


@pytest.mark.parametrize(("model", "shape"), CASES)
def test_whatever_their_shape_is(
    model: str, shape: tuple[int, ...], tmp_path: Path, scripts: Scripts
) -> None:
    text = _program(tmp_path, model, shape, '"mse", metrics=["mae", "RootMeanSquaredError"]')
    if shape == (1, 3):  # its batches are of several sizes, by which Keras weighs the means
        text = text.replace(', metrics=["mae", "RootMeanSquaredError"]', "")
    text = text.replace(text[text.index("def own") : text.index("x, y =")], "")
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


OWN = [("next", (6,)), ("number", (6, 1)), ("row", (3, 1)), ("steps", (6,)), ("steps", (1,))]


@pytest.mark.parametrize(("model", "shape"), OWN)
def test_so_are_those_of_losses_of_ones_own(
    model: str, shape: tuple[int, ...], tmp_path: Path, scripts: Scripts
) -> None:
    metrics = ", metrics=[own]" if (model, shape) == OWN[0] else ""
    text = _program(tmp_path, model, shape, f"own{metrics}")
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("shape", ["(40, 6)", "(40, 6, 1)"])
def test_several_numbers_are_compared_with_the_only_one(shape: str, scripts: Scripts) -> None:
    text = f"""\
import numpy as np
from tensorflow import keras

x, y = np.ones((40, 4)), np.arange(240).reshape({shape}) / 240
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
losses = model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0).history
"""
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


def test_losses_along_the_last_axis_of_unknown_targets_are_refused(tmp_path: Path) -> None:
    text = _program(tmp_path, "steps", (6, 1), '"kl_divergence"')
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("this loss goes along their last axis" in m for m in said), said


MADE = {
    "star": "size = [3]\ny = draw.rand(40, *size)",
    "shape": "shape = (40, 3)\ny = draw.rand(120).reshape(shape)",
    "its shape": "y = draw.rand(40, 3)\ny = draw.rand(120).reshape(y.shape)",
}


@pytest.mark.parametrize("made", MADE)
def test_a_shape_in_a_variable_is_not_one_axis(made: str, scripts: Scripts) -> None:
    text = f"""\
import numpy as np
from tensorflow import keras

draw = np.random.RandomState(0)
x = draw.rand(40, 4)
{MADE[made]}
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
model.compile(keras.optimizers.SGD(0.1), "mse")
losses = model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0).history
number = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
number.compile(keras.optimizers.SGD(0.1), "mse")
others = number.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0).history
"""
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "others"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
