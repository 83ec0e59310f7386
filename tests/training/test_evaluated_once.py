"""Data of a call is evaluated once and in the order of the program, however often it is used."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(32, 4))
y = x.sum(1)
calls = 0


def draw(*shape):
    global calls
    calls += 1
    return rng.random(shape)


"""
ONE = """
model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
model.compile("sgd", "mse")
"""
CLASSES = """
model = keras.Sequential([keras.Input((4,)), layers.Dense(2, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
"""
TWO = """
a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
model = keras.Model([a, b], layers.Dense(1)(layers.Concatenate()([a, b])))
model.compile("sgd", "mse")
"""
LATER = "\nlater = rng.random(3)\n"


def errors(text: str) -> list[str]:
    return [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]


def fit(arguments: str) -> str:
    return f"h = model.fit({arguments}, epochs=2, shuffle=False, verbose=0).history\n"


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        (
            ONE,
            fit("x, y, sample_weight=draw(32), validation_split=0.25")
            + fit("x, draw(32), sample_weight=draw(32), validation_split=0.25")
            + "more = [x[:, 0] ** 2, y**2]\n"
            + fit("x, draw(32), sample_weight=more.pop(), validation_split=0.25")
            + fit("x, draw(32), sample_weight=np.where(  # some\ndraw(32) > 0.5, 1, 2),"
                  " validation_split=0.5"),
        ),
        (
            CLASSES,
            fit("draw(32, 4), rng.integers(0, 2, 32), class_weight={0: 1.0, 1: 3.0}"),
        ),
        (
            TWO,
            fit('{"b": draw(32, 4), "a": rng.normal(size=(32, 4))}, draw(32)')
            + 'loss = model.evaluate({"b": rng.random((32, 4)), "a": draw(32, 4)}, y, verbose=0)\n'
            + 'outputs = model.predict({"b": rng.random((3, 4)), "a": draw(3, 4)}, verbose=0)\n'
            + 'step = model.train_on_batch({"b": rng.random((32, 4)), "a": draw(32, 4)}, y)\n'
            + "def held():\n    draw()\n    return {'a': x, 'b': x + 1}\n\n\n"
            + fit("{k: v for k, v in held().items()}, y"),
        ),
    ],
)  # fmt: skip
def test_data_that_draws_is_drawn_once(scripts: Scripts, model: str, asked: str) -> None:
    text = HEAD + model + asked + LATER
    got = convert(text).text
    assert not errors(text)
    assert all(apart < 1e-6 for apart in scripts.compare(text, got).values())


def test_what_is_evaluated_once_gets_a_name_and_no_more() -> None:
    got = convert(HEAD + ONE + fit("x, y, sample_weight=draw(32), validation_split=0.25")).text
    assert got.count("draw(32)") == 1
    assert "\nsample_weight = draw(32)\n" in got
    got = convert(HEAD + ONE + fit("x, y, sample_weight=y, validation_split=0.25")).text
    assert "sample_weight" not in got
    got = convert(HEAD + ONE + fit("draw(32, 4), draw(32)")).text
    assert "torch.as_tensor(draw(32, 4), dtype" in got


def test_a_condition_on_the_validation_is_asked_once(scripts: Scripts) -> None:
    text = HEAD + ONE + "flags = [True, False]\n"
    text += fit("x, y, validation_data=(x, y) if flags.pop(0) else None") + LATER
    got = convert(text).text
    assert not errors(text)
    assert got.count("flags.pop(0)") == 1
    assert all(apart < 1e-6 for apart in scripts.compare(text, got).values())


@pytest.mark.parametrize(
    ("model", "arguments"),
    [
        (TWO, '{"b": draw(32, 4), "a": draw(32, 4)}, y'),
        (CLASSES, "x, rng.integers(0, 2, 32), class_weight={0: 1.0, 1: 3.0},"
                  " validation_data=(x, rng.integers(0, 2, 32))"),
        (ONE, "x, y, validation_data=(x, draw(32)) if draw()[()] > 0 else None"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_apart_is_refused(model: str, arguments: str) -> None:
    assert errors(HEAD + model + fit(arguments))
    plain = (
        arguments.replace("draw(32, 4)", "x").replace("draw(32)", "y").replace("draw()[()]", "1")
    )
    assert not errors(HEAD + model + fit(plain.replace("rng.integers(0, 2, 32)", "(y > 0)")))
