"""Losses and metrics that are defined inside of the function that compiles with them."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.source.rewritings.nested_losses import nested_losses

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K

rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), rng.rand(40, 2)


def experiment(scale, epochs=2):
    {before}
    # how far apart they are
    def scaled(y_true, y_pred):
        '''With a factor.'''
        return {scale} * K.mean(K.abs(y_true - y_pred), axis=-1)

    def root(y_true, y_pred):
        return K.sqrt(K.mean(K.square(y_true - y_pred), axis=-1))

    {after}
    hidden = keras.layers.Dense(5, activation="relu", input_shape=(4,))
    model = keras.Sequential([hidden, keras.layers.Dense(2)])
    model.compile({compiled}, metrics=[root])
    history = model.fit(x, y, batch_size=16, epochs=epochs, shuffle=False, verbose=0).history
    return [history["loss"][-1], history["root"][-1]]


found = [experiment(2.0), experiment(scale=0.5, epochs=3)]
"""
OTHER = "def both(y_true, y_pred):\n        return root(y_true, y_pred) + 0.5\n"


@pytest.mark.parametrize(
    ("before", "scale", "after", "compiled", "wanted"),
    [
        ("", "scale", "", '"sgd", scaled', "def make_scaled(scale):"),
        ("half = scale / 2\n", "half", "", '"sgd", loss=scaled', "criterion = make_scaled(half)"),
        ("", "3", OTHER, '"sgd", loss=both', "\ndef both("),
        ("", "(scale + epochs)", "", '"sgd", [scaled]', "def make_scaled(scale, epochs):"),
    ],
)
def test_they_stand_before_it(
    before: str, scale: str, after: str, compiled: str, wanted: str, scripts: Scripts
) -> None:
    text = PROGRAM.format(before=before, scale=scale, after=after, compiled=compiled)
    if "scaled" not in compiled:  # nobody uses it
        start, end = text.index("    # how far"), text.index("    def root")
        text = text[:start] + text[end:]
    result = converted(text, Options(exact=True))
    assert wanted in result
    assert "\ndef root(" in result
    assert result.count("# how far apart they are") == text.count("# how far apart they are")
    apart = scripts.compare(text, result)
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart


METHOD = """\
class Net:
    def build(self, rate):
        def loss(y_true, y_pred):
            return {0} * K.mean(y_true - y_pred, axis=-1)

        self.model.compile("sgd", loss=loss)
        {1}
"""


def test_methods_have_them_before_their_class() -> None:
    made = nested_losses(METHOD.format("rate", ""))
    assert made is not None
    assert made.text.startswith("def make_loss(rate):\n    def loss(y_true, y_pred):\n")
    assert 'compile("sgd", loss=make_loss(rate))' in made.text


@pytest.mark.parametrize(
    ("read", "after"),
    [
        ("self.rate", ""),
        ("rate", "rate = 3"),
        ("rate", "print(loss(1, 2))"),
        ("later", "later = 3"),
        ("rate", "return loss"),
        ("1", "nonlocal_ = [loss]"),
        ("(yield)", ""),
    ],
)
def test_what_may_mean_something_else_stays(read: str, after: str) -> None:
    assert nested_losses(METHOD.format(read, after)) is None


def test_others_stay_inside() -> None:
    inner = "        def step(a, b):\n            return [rate, step]\n\n        step(1, 2)\n"
    text = METHOD.format("1", "").replace("        self.model", f"{inner}        self.model")
    made = nested_losses(text)
    assert made is not None
    assert inner in made.text
    assert nested_losses(text.replace("1 * K", "step(1, 2) * K")) is None
    assert nested_losses(text.replace("[rate, step]", "[rate, loss]")) is None


def test_names_that_others_have_stay_theirs() -> None:
    text = METHOD.format("1", "")
    assert nested_losses(text) is not None
    assert nested_losses(f"{text}\n\ndef loss(x):\n    return x\n") is None
    assert nested_losses(f"{text}\nmake_loss = 3\n".replace("1 *", "rate *")) is None
    assert (
        nested_losses(text.replace("        def loss", "        @mark\n        def loss")) is None
    )
