"""Rows of targets that don't add up to one: TensorFlow's crossentropy has its own gradient."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

SCRIPT = """\
import numpy as np
import keras
from keras.utils import to_categorical

kinds = np.arange(40) % 3
x = np.random.default_rng(0).normal(size=(40, 6))
{targets}
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", {loss})
{fit}
"""
FIT = "model.fit(x, y, epochs=2, shuffle=False)"
LOSS = '"categorical_crossentropy"'
ROWS = "y = np.eye(3)[kinds]\ny[::2] = 0\ny[1] = 1"


@pytest.mark.parametrize(
    "loss", [LOSS, "keras.losses.CategoricalCrossentropy(label_smoothing=0.1)"]
)
@pytest.mark.parametrize("weights", ["", ", sample_weight=np.arange(40.0)"])
def test_rows_of_zeros_and_of_several_ones(loss: str, weights: str, scripts: Scripts) -> None:
    fit = FIT.replace(", epochs", f"{weights}, epochs")
    text = SCRIPT.format(targets=ROWS, loss=loss, fit=fit)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


def noted(targets: str, fit: str = FIT) -> bool:
    """Whether the difference is said, and whether the exact code shuns it: both or neither."""
    text = SCRIPT.format(targets=targets, loss=LOSS, fit=fit)
    said = any("add up to 1" in d.message for d in convert(text).diagnostics)
    assert ("softmax_crossentropy" in converted(text, Options(exact=True))) is said
    return said


@pytest.mark.parametrize(
    "targets",
    [
        "y = to_categorical(kinds)",
        "y = kinds\ny = keras.utils.to_categorical(y, 3)",
        "y = np.eye(3)[kinds]",
        "y = to_categorical(kinds)\norder = np.arange(40)\ny = y[order].astype('float32')",
        "def load():\n    return x, to_categorical(kinds)\n\nx, y = load()",
        "from sklearn.model_selection import train_test_split\n"
        "x, _, y, _ = train_test_split(x, to_categorical(kinds))",
    ],
)
def test_targets_that_surely_are_one_hot(targets: str) -> None:
    assert not noted(targets)


@pytest.mark.parametrize(
    "targets",
    [
        ROWS,
        "y = np.load('y.npy')",
        "y = to_categorical(kinds)\ny *= 2",
        "y = to_categorical(kinds) * 2",
        "y = np.ones((40, 3))\nif len(x) > 3:\n    y = to_categorical(kinds)",
        "y = to_categorical(kinds)[:, ::-1]",
        "for y in [np.ones((40, 3))]:\n    pass",
    ],
)
def test_targets_that_may_be_others(targets: str) -> None:
    assert noted(targets)


def test_a_function_has_names_of_its_own() -> None:
    function = "y = to_categorical(kinds)\n\n\ndef train(model, x, y):\n    " + FIT
    assert noted(function, "train(model, x, y * 2)")
    assert not noted("def other(y):\n    return y\n\n\ny = to_categorical(kinds)")


@pytest.mark.parametrize(
    ("kind", "last", "said"), [("categorical", "softmax", True), ("binary", "sigmoid", False)]
)
def test_it_is_said_of_losses_of_the_program_too(kind: str, last: str, said: bool) -> None:
    own = f"def own(t, p):\n    return 2 * keras.losses.{kind}_crossentropy(t, p)\n\n"
    script = SCRIPT.replace("softmax", last)
    found = convert(script.format(targets=own + ROWS, loss="own", fit=FIT)).diagnostics
    clips = [d.message for d in found if "probabilities are clipped" in d.message]
    assert ["add up to 1" in message for message in clips] == [said]
