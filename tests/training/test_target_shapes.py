"""Targets whose shape the text does not show, and the accuracy that Keras chooses by it."""

from __future__ import annotations

import black
import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

SCRIPT = """\
import numpy as np
import keras


def load():
    return {x}, {y}


rng = np.random.RandomState(0)
held = load()
x, y = held
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense({units})])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="{loss}", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0)
losses = history.history["loss"]
shares = history.history["accuracy"]
score = model.evaluate(x, y, verbose=0)
"""
X = "rng.normal(size=(64, 4))"
CLASSES = "rng.randint(0, 3, size=(64, {}))"
TABLE = {
    "a column of classes": (CLASSES.format(1), "mse", 3),
    "several columns": (CLASSES.format(3), "mse", 3),
    "a column for another loss": (CLASSES.format(1), "huber", 3),
    "a column of bits": ("(rng.rand(64, 1) > 0.5).astype(float)", "mse", 1),
    "bits": ("(rng.rand(64, 1) > 0.5).astype(float)[:, 0]", "mse", 1),
    "a table": (f"__import__('pandas').DataFrame({CLASSES.format(1)})[[0]].values", "mae", 3),
}


@pytest.mark.parametrize("generation", ["2", "3"])
@pytest.mark.parametrize(("y", "loss", "units"), TABLE.values(), ids=TABLE)
def test_accuracy_is_that_of_the_shapes(
    y: str, loss: str, units: int, generation: str, scripts: Scripts
) -> None:
    text = SCRIPT.format(x=X, y=y, loss=loss, units=units)
    if generation == "2":
        text = text.replace("import keras", "import tf_keras as keras")
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, made.text, keras=generation)
    assert {"shares", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-6, apart


@pytest.mark.parametrize("layer", ["Dense(3)", "Dense(6), keras.layers.Reshape((2, 3))"])
def test_what_asks_for_the_shape_is_formatted(layer: str) -> None:
    text = SCRIPT.format(x=X, y=CLASSES.format(3), loss="mse", units=3).replace("Dense(3)", layer)
    made = convert(black.format_str(text, mode=black.Mode())).text
    assert "== classes_of(targets" in made
    assert made == black.format_str(made, mode=black.Mode())


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "binary_crossentropy"])
def test_losses_that_insist_on_the_shape_tell_it(loss: str) -> None:
    text = SCRIPT.format(x=X, y=CLASSES.format(3), loss=loss, units=3)
    assert "classes_of" not in convert(text).text


def test_a_shape_that_the_text_tells_is_not_asked() -> None:
    text = SCRIPT.format(x=X, y="0", loss="mse", units=3)
    text = text.replace("x, y = held", f"x = {X}\ny = {CLASSES.format(3)}")
    assert "targets.argmax(1)" in convert(text).text
    assert "classes_of" not in convert(text).text


@pytest.mark.parametrize("generation", ["2", "3"])
@pytest.mark.parametrize("y", ["x[:, 0]", '(x[:, 0] > 0).astype("float32")'])
def test_one_axis_beside_several_outputs_is_refused(y: str, generation: str) -> None:
    text = SCRIPT.format(x=X, y="0", loss="mse", units=3)
    text = text.replace("x, y = held", f"x = {X}\ny = {y}")
    said = [d.message for d in convert(text, Options(keras=generation)).diagnostics]
    assert any("the targets have one axis" in message for message in said)
    single = text.replace("Dense(3)", "Dense(1)")
    assert not [d for d in convert(single).diagnostics if d.severity is Severity.ERROR]
