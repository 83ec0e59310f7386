"""Layers that a model is asked for, and that another model calls: decoders of autoencoders."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(40, 12)
"""
GRAPH = """\
inputs = keras.Input((12,))
code = layers.Dense(3, activation="relu", name="code")(inputs)
hidden = layers.Dense(8, activation="tanh", name="hidden")(code)
{of}autoencoder = keras.Model(inputs, layers.Dense(12, activation="sigmoid", name="out")(hidden))
{of}encoder = keras.Model(inputs, code)
coded = keras.Input((3,))
{called}
{of}autoencoder.compile("sgd", "mse")
"""
NAMED = """\
decoded = {of}autoencoder.get_layer("hidden")(coded)
decoded = {of}autoencoder.get_layer("out")(decoded)
{of}decoder = keras.Model(coded, decoded)"""
PLACED = """\
decoded = {of}autoencoder.layers[-2](coded)
{of}decoder = keras.Model(coded, {of}autoencoder.layers[-1](decoded))"""
USE = """
history = {autoencoder}.fit(x, x, batch_size=16, epochs=2, verbose=0).history
losses = history["loss"]
codes = {encoder}.predict(x, verbose=0)
back = {decoder}.predict(codes, verbose=0)
"""


def _indented(text: str, by: int) -> str:
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


def _of_module(called: str) -> str:
    text = GRAPH.format(of="", called=called.format(of=""))
    return text + USE.format(autoencoder="autoencoder", encoder="encoder", decoder="decoder")


def _of_function(called: str) -> str:
    body = (
        GRAPH.format(of="", called=called.format(of="")) + "return autoencoder, encoder, decoder\n"
    )
    made = f"\n\ndef build():\n{_indented(body, 4)}\n\nautoencoder, encoder, decoder = build()\n"
    return made + USE.format(autoencoder="autoencoder", encoder="encoder", decoder="decoder")


def _of_class(called: str) -> str:
    body = _indented(GRAPH.format(of="self.", called=called.format(of="self.")), 8)
    made = f"\n\nclass Net:\n    def __init__(self):\n{body}\n\nnet = Net()\n"
    return made + USE.format(
        autoencoder="net.autoencoder", encoder="net.encoder", decoder="net.decoder"
    )


@pytest.mark.parametrize("place", [_of_module, _of_function, _of_class])
@pytest.mark.parametrize("called", [NAMED, PLACED])
def test_another_model_calls_them(place: object, called: str, scripts: Scripts) -> None:
    assert callable(place)
    text = HEAD + place(called)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "codes", "back"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
