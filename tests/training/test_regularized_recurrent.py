"""Regularizers and constraints of recurrent layers: their weights have other names in torch."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.regularizers import l1, l1_l2, l2

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 6, 4)), rng.normal(size=(40, 2))
model = keras.Sequential([keras.Input((6, 4)), {layer}, layers.Flatten(), layers.Dense(2)])
model.compile(keras.optimizers.SGD(0.1), "mse")
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
losses = history.history
"""
ALL = "kernel_regularizer=l2(0.125), recurrent_regularizer=l1(0.125), bias_regularizer=l2(0.5)"
LAYERS = [
    f"layers.LSTM(3, {ALL})",
    f"layers.GRU(3, {ALL})",
    f"layers.SimpleRNN(3, {ALL}, return_sequences=True)",
    f"layers.Bidirectional(layers.LSTM(3, {ALL}))",
    "layers.Bidirectional(layers.GRU(3, bias_regularizer=l1(0.5)), merge_mode='sum')",
    "layers.RNN(layers.LSTMCell(3, kernel_regularizer=l1_l2(0.25, 0.125)))",
    "layers.GRU(3, use_bias=False, bias_regularizer=l2(0.5), recurrent_regularizer=l2(0.5))",
    "layers.LSTM(3, kernel_constraint=keras.constraints.MaxNorm(0.5))",
    "layers.GRU(3, recurrent_constraint='unit_norm', kernel_regularizer=l2(0.125))",
]


@pytest.mark.sample(2)
@pytest.mark.parametrize("layer", LAYERS)
def test_weights_are_watched_under_their_names(layer: str, scripts: Scripts) -> None:
    text = PROGRAM.format(layer=layer)
    result = converted(text, Options(exact=True))
    assert "penalty(model)" in result or "constrain(model)" in result
    apart = scripts.compare(text, result)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


REFUSED = [
    "layers.GRU(3, kernel_regularizer=lambda w: 0.1 * tf.reduce_sum(w[:, :3] ** 2))",
    "layers.GRU(3, recurrent_constraint=lambda w: w - tf.reduce_mean(w, axis=1, keepdims=True))",
    "layers.GRU(3, bias_regularizer=lambda w: 0.1 * tf.reduce_mean(w**2))",
    "layers.LSTM(3, bias_constraint='non_neg')",
    "layers.LSTM(3, kernel_regularizer=keras.regularizers.OrthogonalRegularizer())",
    "layers.GRU(3, reset_after=False, kernel_regularizer=l2(0.125))",
    "layers.Bidirectional(layers.LSTM(3, kernel_regularizer=l2(0.1)), "
    "backward_layer=layers.LSTM(3, go_backwards=True))",
]


@pytest.mark.parametrize("layer", REFUSED)
def test_what_is_not_translated_is_said(layer: str) -> None:
    found = convert(PROGRAM.format(layer=layer)).diagnostics
    assert [d.message for d in found if d.severity is Severity.ERROR]


def test_a_bias_that_is_left_out_is_not_watched(scripts: Scripts) -> None:
    text = PROGRAM.format(layer="layers.Dense(3, use_bias=False, bias_regularizer=l2(0.5))")
    apart = scripts.compare(text, converted(text))
    assert max(apart.values()) < 1e-9, apart
