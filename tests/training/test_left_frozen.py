"""Models that are said to be trainable, of which functions have frozen some layers."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from tests.training.test_refusals import errors
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 5), rng.rand(40, 1)


def build():
    return keras.Sequential([keras.Input((5,)), layers.Dense(4{first}), layers.Dense(1)])


def make():
    model = build()
{frozen}    return model


def unfreeze(model):
    model.trainable = True


model = make()
model.compile("sgd", "mse")
first = np.array(model.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"])
{thawed}
model.compile("sgd", "mse")
second = np.array(model.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"])
"""
LAYER = "    model.layers[0].trainable = False\n"
LOOP = "    for layer in model.layers[:-1]:\n        layer.trainable = False\n"
#: What the layers are made with, and what a function then does.
FREEZING = {"a layer": ("", LAYER), "a loop": ("", LOOP), "an argument": (", trainable=False", "")}


@pytest.mark.parametrize("thawed", ["model.trainable = True", "unfreeze(model)"])
@pytest.mark.parametrize("way", FREEZING)
def test_its_frozen_layers_stay_so_in_keras_3(way: str, thawed: str) -> None:
    first, frozen = FREEZING[way]
    found = errors(HEAD.format(first=first, frozen=frozen, thawed=thawed))
    assert any("it is trainable as before" in message for _, message in found), found


BASE = "keras.Sequential([keras.Input((5,)), layers.Dense(4), layers.Dense(2)])"
WHOLE = "keras.Sequential([keras.Input((5,)), base, layers.Dense(1)])"


@pytest.mark.parametrize("thawed", ["model.trainable = True", "unfreeze(model)"])
def test_a_model_that_was_frozen_is_trained_then(thawed: str, scripts: Scripts) -> None:
    head = HEAD.replace("model = build()", f"model = {BASE}")
    if "unfreeze" not in thawed:
        head = head.replace("def unfreeze(model):\n    model.trainable = True\n", "")
    head = head.replace("model = make()", f"base = make()\nmodel = {WHOLE}")
    still = "    model.trainable = False\n"
    text = head.format(first="", frozen=still, thawed=thawed.replace("model", "base"))
    assert not errors(text)
    apart = scripts.compare(text, convert(text).text)
    assert {"first", "second"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
