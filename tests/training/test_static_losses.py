"""Losses and metrics that are static methods: they stay in their classes."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import tensorflow as tf
from tensorflow.keras import Input, Sequential, layers

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 1))
"""
TRAINER = """\


class Trainer:
    def __init__(self):
        self.model = Sequential([Input((5,)), layers.Dense(1)])
        self.model.compile("sgd", loss={owner}.loss, metrics=["mae"])

    @staticmethod
    def loss(y_true, y_pred):
        return tf.reduce_mean(tf.abs(2 * y_true - y_pred), axis=-1)

    def train(self):
        fit = self.model.fit(x, y, validation_data=(x[:9], y[:9]), shuffle=False, verbose=0)
        return fit.history["val_loss"]


{before}
losses = Trainer().train()
"""
GATHERED = """\


class Losses:
    @staticmethod
    def weighted(y_true, y_pred):
        return tf.reduce_mean(tf.square(2 * y_true - y_pred), axis=-1)

    @staticmethod
    def rmse(y_true, y_pred):
        return tf.sqrt(tf.reduce_mean(tf.square(y_true - y_pred)))


def build():
    model = Sequential([Input((5,)), layers.Dense(1)])
    model.compile("sgd", loss=Losses.weighted, metrics=[Losses.rmse])
    return model


fit = build().fit(x, y, epochs=2, shuffle=False, verbose=0)
losses, errors = fit.history["loss"], fit.history["rmse"]
"""


@pytest.mark.parametrize("owner", ["self", "Trainer"])
def test_in_the_class_that_compiles(scripts: Scripts, owner: str) -> None:
    text = HEAD + TRAINER.format(owner=owner, before="")
    result = converted(text, Options(exact=True))
    assert f"self.criterion = {owner}.loss\n" in result
    assert "    @staticmethod\n    def loss(y_true, y_pred):\n        return (2 * y_true" in result
    assert scripts.compare(text, result)["losses"] < 1e-9


def test_in_a_class_of_losses(scripts: Scripts) -> None:
    result = converted(HEAD + GATHERED, Options(exact=True))
    assert "Losses.rmse(targets, outputs)" in result
    apart = scripts.compare(HEAD + GATHERED, result)
    assert max(apart["losses"], apart["errors"]) < 1e-9


@pytest.mark.parametrize(
    "before",
    [
        "Trainer.loss = staticmethod(lambda a, b: tf.reduce_mean(tf.abs(a - b), axis=-1))",
        "direct = Trainer.loss(y, y + 1)",
        "setattr(Trainer, 'loss', staticmethod(lambda a, b: tf.abs(a - b)))",
    ],
)
def test_others_that_set_or_call_it_are_refused(before: str) -> None:
    said = convert(HEAD + TRAINER.format(owner="self", before=before)).diagnostics
    errors = [one.message for one in said if one.severity is Severity.ERROR]
    assert any("`loss` is not understood as a function of tensors" in one for one in errors)
