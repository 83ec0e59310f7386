"""Dicts and tuples that calls of Keras unpack: what is in them was evaluated before, once."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from tests.training.test_refusals import errors
from transpiler.pipeline import convert

HEAD = """\
import functools

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 5), rng.rand(40, 1)
CFG = {"rate": 0.1, "loss": "mse", "units": 4, "patience": 1}


def configure(**options):
    CFG.update(options)


def draw():
    return dict(learning_rate=rng.uniform(0.01, 0.2))


"""
MODEL = "model = keras.Sequential([keras.Input((5,)), layers.Dense(1)])\n"
FIT = """\
loss = model.fit(x, y, epochs=4, batch_size=8, verbose=0, shuffle=False{more}).history["loss"]
"""
COMPILE = MODEL + 'model.compile(keras.optimizers.SGD(**kw), "mse")\n' + FIT.format(more="")
CHANGE = 'configure(rate=0.01, loss="mae", units=9, patience=9)\n'
#: Where what is unpacked is made, and used.
WAYS = {
    "drawn": "kw = dict(learning_rate=rng.uniform(0.01, 0.2))\n" + COMPILE,
    "a power": 'kw = {"learning_rate": 10 ** rng.uniform(-3, -1)}\n' + COMPILE,
    "stored": 'kw = {}\nkw["learning_rate"] = rng.uniform(0.01, 0.2)\n' + COMPILE,
    "popped": "rates = [0.1, 0.2]\nkw = dict(learning_rate=rates.pop())\n" + COMPILE,
    "given": "kw = draw()\n" + COMPILE,
    "nested": 'space = {"optimizer": draw()}\n' + COMPILE.replace("**kw", '**space["optimizer"]'),
    "a loop": "for _ in range(2):\n    kw = draw()\n"
    + "".join(f"    {line}\n" for line in COMPILE.splitlines()),
    "a function": "def run():\n    kw = draw()\n"
    + "".join(f"    {line}\n" for line in COMPILE.splitlines())
    + "    return loss\n\n\nloss = np.array(run())\n",
    "a tuple": "args = (rng.uniform(0.01, 0.2), 0.5)\n" + COMPILE.replace("**kw", "*args"),
    "a loss": MODEL
    + "kw = dict(delta=rng.uniform(0.1, 0.3))\nmodel.compile('sgd', keras.losses.Huber(**kw))\n"
    + FIT.format(more=""),
    "changed": 'kw = dict(learning_rate=CFG["rate"])\n' + CHANGE + COMPILE,
    "of a layer": 'kw = dict(units=CFG["units"], activation="relu")\n'
    + CHANGE
    + COMPILE.replace("SGD(**kw)", "SGD()").replace(
        "layers.Dense(1)", "layers.Dense(**kw), layers.Dense(1)"
    ),
    "a callback": MODEL
    + 'kw = dict(monitor="loss", mode="max", patience=CFG["patience"])\n'
    + CHANGE
    + 'model.compile("sgd", "mse")\n'
    + FIT.format(more=", callbacks=[keras.callbacks.EarlyStopping(**kw)]"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_it_is_evaluated_once(way: str, scripts: Scripts) -> None:
    text = HEAD + WAYS[way]
    assert not errors(text)
    apart = scripts.compare(text, convert(text).text)
    assert "loss" in apart
    assert max(apart.values()) < 1e-9, apart


def test_what_stays_the_same_is_written_out() -> None:
    text = HEAD + 'kw = dict(learning_rate=CFG["rate"], momentum=0.9)\n' + COMPILE
    assert 'lr=CFG["rate"], momentum=0.9' in convert(text).text


COMPILED = MODEL + 'kw = dict(loss=CFG["loss"])\n' + CHANGE + 'model.compile("sgd", **kw)\n'
#: What torch's counterpart has no place for.
REFUSED = {
    "compile": COMPILED,
    "metrics": COMPILED.replace('loss=CFG["loss"]', 'loss="mse", metrics=[CFG["loss"]]'),
    "a partial function": MODEL
    + "make = functools.partial(keras.optimizers.SGD, rng.uniform(0.01, 0.2))\n"
    + 'model.compile(make(), "mse")\n',
}


@pytest.mark.parametrize("way", REFUSED)
def test_it_is_refused_else(way: str) -> None:
    assert errors(HEAD + REFUSED[way] + FIT.format(more=""))


#: What is made once, with what is drawn, and used again: it would be made anew there.
AGAIN = {
    "a loss in a loop": "loss = keras.losses.Huber(rng.uniform(0.1, 0.3))\nfor _ in range(2):\n"
    + "".join(f"    {one}\n" for one in (MODEL + "model.compile('sgd', loss)").splitlines())
    + "    model.fit(x, y)\n",
    "a callback of two calls": MODEL
    + "model.compile('sgd', 'mse')\n"
    + "plateau = keras.callbacks.ReduceLROnPlateau('loss', factor=rng.uniform(0.1, 0.3))\n"
    + 2 * FIT.format(more=", callbacks=[plateau]"),
}


@pytest.mark.parametrize("way", AGAIN)
def test_what_is_used_again_is_not_made_anew(way: str) -> None:
    assert errors(HEAD + AGAIN[way])
    fixed = AGAIN[way].replace("rng.uniform(0.1, 0.3)", "0.2")
    assert not errors(HEAD + fixed)
