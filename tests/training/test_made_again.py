"""Data sets of what draws: they are made once, as Keras does it."""

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
x, y = rng.normal(size=(20, 4)), rng.normal(size=(20, 1))


def noisy(data):
    return data + rng.normal(size=data.shape)


{before}
data = tf.data.Dataset.from_tensor_slices({given}){step}.batch(5)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(data, epochs=2, verbose=0).history
after = rng.normal()
"""
NOISE = "(x + rng.normal(size=x.shape), y)"


@pytest.mark.parametrize("step", [".skip(3)", ".take(12)", ".shard(2, 1)"])
@pytest.mark.parametrize("given", [NOISE, "(noisy(x), y)"])
def test_they_are_not_made_again(given: str, step: str) -> None:
    made = convert(PROGRAM.format(before="", given=given, step=step))
    errors = [one.message for one in made.diagnostics if one.severity is Severity.ERROR]
    assert any("would be evaluated again" in one for one in errors)


@pytest.mark.parametrize("step", [".shuffle(9, seed=drawn())"])
def test_what_waits_for_a_later_step_is_drawn_before(step: str) -> None:
    before = "def drawn():\n    return int(rng.integers(1, 4))"
    made = convert(PROGRAM.format(before=before, given="(x, y)", step=step))
    errors = [one.message for one in made.diagnostics if one.severity is Severity.ERROR]
    assert any("`drawn()` would be evaluated later" in one for one in errors)


@pytest.mark.parametrize(
    ("before", "given", "step"),
    [
        ("", NOISE, ""),
        ("pairs = (noisy(x), y)", "pairs", ".skip(3)"),
        ("", "(np.abs(x), y)", ".skip(3)"),
    ],
)
def test_others_are_written(before: str, given: str, step: str, scripts: Scripts) -> None:
    text = PROGRAM.format(before=before, given=given, step=step)
    made = convert(text)
    errors = [one.message for one in made.diagnostics if one.severity is Severity.ERROR]
    assert not errors
    apart = scripts.compare(text, made.text)
    assert {"history", "after"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
