"""Weights of samples and classes: the mean divides by the number of samples, not by weight."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, farthest
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

BY_CLASS = ", validation_split=0.2, class_weight={0: 0.5, 1: 2.0, 2: 1.5}"
KEPT = "keep = [model]  # the model goes where nobody sees"
EACH = ", sample_weight=np.linspace(0.1, 2, 50)"

TRIALS = [
    Trial('"sparse_categorical_crossentropy"', "labels", "softmax", fit=BY_CLASS),
    Trial('"categorical_crossentropy"', "one-hot", "softmax", fit=BY_CLASS),
    Trial('"binary_crossentropy"', "bits", "sigmoid", fit=BY_CLASS, metrics='["accuracy"]'),
    Trial('"mse"', "rows", fit=EACH, metrics='["mae"]'),
    Trial('"mse"', "numbers", fit=EACH),
    Trial('"sparse_categorical_crossentropy"', "labels", "softmax", fit=EACH),
    Trial('"sparse_categorical_crossentropy"', "labels", "softmax", fit=BY_CLASS, after=KEPT),
    Trial('"categorical_crossentropy"', "one-hot", "softmax", fit=EACH, after=KEPT),
    Trial('"binary_crossentropy"', "bit rows", "sigmoid", fit=EACH, after=KEPT),
    Trial('"kl_divergence"', "shares", "softmax", fit=EACH),
    Trial('"msle"', "positive", "softplus", fit=EACH),
    Trial('"log_cosh"', "numbers", fit=EACH),
]


@pytest.mark.sample(3)
@pytest.mark.parametrize("trial", TRIALS, ids=lambda t: f"{t.loss}, {t.targets}, {t.fit[2:14]}")
def test_weighs_equally(trial: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, trial.text)
    assert far < 1e-7, apart  # class weights are kept in float32


SEVERAL = """
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.default_rng(0).normal(size=(32, 4))
y, z = x.sum(1), x.prod(1)


def weights():
    first = np.linspace(0.5, 1.5, 32)
    return [first, first[::-1].copy()]


given = keras.Input((4,))
model = keras.Model(given, [layers.Dense(1, name="a")(given), layers.Dense(1, name="b")(given)])
model.compile("sgd", "mse")
"""


def test_a_list_that_a_function_gives_is_one_array_for_each_output(scripts: Scripts) -> None:
    fit = "w = weights()\nh = model.fit(x, [y, z], sample_weight=w, epochs=2, verbose=0).history\n"
    text = SEVERAL + fit
    assert max(scripts.compare(text, convert(text).text).values()) < 1e-6


def test_such_a_list_without_a_name_is_no_array_for_all_of_them() -> None:
    fit = "model.fit(x, [y, z], sample_weight=weights(), epochs=2, verbose=0)\n"
    said = [d.message for d in convert(SEVERAL + fit).diagnostics]
    assert any("a list that has no name" in message for message in said), said


def test_lists_of_what_nobody_knows_are_one_array_for_each_output(scripts: Scripts) -> None:
    fit = (
        "far = np.abs(model.predict(x, verbose=0)[0][:, 0] - y)\n"
        "h = model.fit(x, [y, z], sample_weight=[far, far * 2], epochs=2, verbose=0).history\n"
        "both = [far, np.ones(32)]\n"
        "g = model.fit(x, [y, z], sample_weight=both, verbose=0).history\n"
        "one = model.train_on_batch(x[:1], [y[:1], z[:1]], sample_weight=[far[:1], np.ones(1)])\n"
    )
    text = SEVERAL + fit
    apart = scripts.compare(text, convert(text).text)
    assert {"h", "g", "one"} <= apart.keys()
    assert max(apart.values()) < 1e-6
