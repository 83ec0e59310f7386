"""Data that ask the model while it trains on them: refused, as torch's modules have modes."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """
import keras
import numpy as np
import tensorflow as tf
from keras.layers import BatchNormalization, Dense

rng = np.random.RandomState(0)
x = (rng.randn(32, 4) * 2 + 1).astype("float32")
y = rng.randn(32, 1).astype("float32")


def build(units=1):
    layers = [keras.Input((4,)), Dense(3), BatchNormalization(momentum=0.5), Dense(units)]
    return keras.Sequential(layers)


other = build()
"""
MODEL = """
model = keras.Sequential([keras.Input((4,)), Dense(3), BatchNormalization(), Dense(1)])
model.compile("sgd", "mse")
"""
PARTS = """
inputs = keras.Input((4,))
hidden = BatchNormalization(momentum=0.5)(Dense(3)(inputs))
encoder = keras.Model(inputs, hidden)
model = keras.Model(inputs, Dense(1)(hidden))
model.compile("sgd", "mse")
"""
BATCHES = """

def batches(net=None):
    {first}
    while True:
        for start in range(0, 32, 8):
            asked = {asked}
            yield x[start : start + 8], y[start : start + 8]


"""
ASKED = "model.predict(x[:5], verbose=0)"
FIT = "h = model.fit({}, steps_per_epoch=4, epochs=2, verbose=0).history\n"
ANSWERS = "def answers(x):\n    return model.predict(x, verbose=0)\n\n\n"
FROM_GENERATOR = (
    "given = tf.TensorSpec((None, 4)), tf.TensorSpec((None, 1))\n"
    "data = tf.data.Dataset.from_generator(batches, output_signature=given)\n"
)
MADE = (
    "class Data:\n    def __init__(self, net):\n        self.net = net\n\n"
    "    def batches(self):\n        while True:\n"
    "            asked = self.net.predict(x[:5], verbose=0)\n            yield x[:8], y[:8]\n\n\n"
)


def batches(asked: str = "0", first: str = "pass") -> str:
    return BATCHES.format(asked=asked, first=first)


def errors(text: str) -> list[str]:
    found = convert(text, Options(exact=True)).diagnostics
    return [d.message for d in found if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "rest",
    [
        MODEL + batches(ASKED) + FIT.format("batches()"),
        MODEL + batches(first=f"asked = {ASKED}") + FIT.format("batches()"),
        MODEL + batches("model.evaluate(x, y, verbose=0)") + FIT.format("batches()"),
        MODEL + batches("model(x[:5]).numpy()") + FIT.format("batches()"),
        MODEL + ANSWERS + batches("answers(x)") + FIT.format("batches()"),
        MODEL + batches("net.predict(x)") + "data = batches(model)\n" + FIT.format("data"),
        MODEL + batches(ASKED) + FIT.format("x, y, validation_steps=2, validation_data=batches()"),
        MODEL + MADE + "data = Data(model)\n" + FIT.format("data.batches()"),
        MODEL + batches(ASKED) + FROM_GENERATOR + FIT.format("data"),
        PARTS + batches("encoder.predict(x, verbose=0)") + FIT.format("batches()"),
    ],
)
def test_data_that_ask_the_model_are_refused(rest: str) -> None:
    assert any("Keras makes them in advance" in message for message in errors(HEAD + rest))


@pytest.mark.parametrize(
    "rest",
    [
        batches("other.predict(x[:5], verbose=0)") + FIT.format("batches()"),
        "copied = keras.models.clone_model(model)\n"
        + batches("copied.predict(x[:5], verbose=0)")
        + FIT.format("batches()"),
        batches()
        + f"def made():\n    asked = {ASKED}\n    return batches()\n\n\n"
        + FIT.format("made()"),
        batches(ASKED)
        + "loss = model.evaluate(batches(), steps=2, verbose=0)\n"
        + "for inputs, targets in batches():\n    loss = model.train_on_batch(inputs, targets)\n"
        + "    if loss < 100:\n        break\n"
        + "h = model.fit(x, y, shuffle=False, verbose=0).history\n",
    ],
)
def test_other_models_and_other_moments_may_be_asked(scripts: Scripts, rest: str) -> None:
    text = HEAD + MODEL + rest
    assert not errors(text)
    got = convert(text, Options(exact=True)).text
    assert max(scripts.compare(text, got).values()) < 1e-5
