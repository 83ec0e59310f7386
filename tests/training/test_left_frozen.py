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


NORM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 5), rng.rand(40, 1)


def make():
    base = keras.Sequential(
        [keras.Input((5,)), layers.Dense(6), layers.BatchNormalization(), layers.Dense(4)]
    )
{inside}    model = keras.Sequential([keras.Input((5,)), base, layers.Dense(1)])
    return model, base


model, base = make()
{outside}
model.compile(keras.optimizers.SGD(0.05), "mse")
losses = np.array(model.fit(x, y, epochs=3, verbose=0, shuffle=False).history["loss"])
score = np.array(model.evaluate(x, y, verbose=0))
"""
SOME = "for layer in base.layers[:-1]:\n    layer.trainable = False\n"
ONLY = "for layer in base.layers:\n    if isinstance(layer, layers.BatchNormalization):\n"
ONLY += "        layer.trainable = False\n"
WHOLE_FROZEN = "    base.trainable = False\n"
#: What the function freezes, and what is said where it is called.
WITH_NORMS = {
    "some, outside": ("", SOME),
    "the norm, outside": ("", ONLY),
    "the norm, of what was frozen": (WHOLE_FROZEN, "base.trainable = True\n" + ONLY),
    "by its place": (WHOLE_FROZEN, "base.trainable = True\nbase.layers[1].trainable = False"),
    "some, inside": ("".join(f"    {line}\n" for line in SOME.splitlines()), ""),
    "the norm, inside": ("".join(f"    {line}\n" for line in ONLY.splitlines()), ""),
}


@pytest.mark.parametrize("way", WITH_NORMS)
def test_a_frozen_norm_runs_as_in_inference(way: str, scripts: Scripts) -> None:
    inside, outside = WITH_NORMS[way]
    text = NORM.format(inside=inside, outside=outside)
    assert not errors(text)
    apart = scripts.compare(text, convert(text).text)
    assert {"losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("thaws", ["base.layers[-1]", "base.get_layer(index=2)"])
def test_a_layer_is_thawed_behind_a_loop_that_froze_it(thaws: str, scripts: Scripts) -> None:
    text = NORM.format(inside="", outside="")
    body = text.partition("def make():\n")[2].partition("    return")[0]
    lines = "".join(line.removeprefix("    ") for line in body.splitlines(keepends=True))
    head, _, tail = text.partition("def make():\n")
    loop = SOME.replace("[:-1]", "") + f"{thaws}.trainable = True\n"
    text = head + lines + loop + tail.partition("model, base = make()\n")[2]
    assert not errors(text)
    apart = scripts.compare(text, convert(text).text)
    assert max(apart.values()) < 1e-9, apart


def test_a_builder_that_freezes_a_norm_and_compiles(scripts: Scripts) -> None:
    text = NORM.format(inside=WHOLE_FROZEN, outside="")
    compiles = 'model.compile(keras.optimizers.SGD(0.05), "mse")\n'
    text = text.replace(compiles, "").replace("    return model", f"    {compiles}    return model")
    assert not errors(text)
    apart = scripts.compare(text, convert(text).text)
    assert max(apart.values()) < 1e-9, apart
