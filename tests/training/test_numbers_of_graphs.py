"""Numbers that a graph is computed with: Keras reads them once, where the program does."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(24, 3)
y = x.sum(1, keepdims=True)
config, bounds, v = {{"gain": 2.0, "units": 3}}, [0.5, 1.0], 2.0
{before}

{making}
"""
FIT = 'model.compile("sgd", "mse")\nlosses = model.fit(x, y, epochs=2, verbose=0).history["loss"]'
TRAINER = """\
class Trainer:
    def __init__(self, config):
        self.config = config
        inputs = keras.Input((3,))
        h = keras.layers.LeakyReLU({number})(keras.layers.Dense(3)(inputs) * {number})
        self.model = keras.Model(inputs, keras.layers.Dense(1)(h))
        self.model.compile("sgd", "mse")

    def trained(self):
        return self.model.fit(x, y, epochs=2, verbose=0).history["loss"]

"""
BUILD = """\
def build(config, bounds=bounds):
    inputs = keras.Input((3,))
    h = {h}
    return keras.Model(inputs, keras.layers.Dense(1)(h))

"""
DENSE = "keras.layers.Dense(3)(inputs)"
TURNS = """\
trainers = []
for gain in (1.0, 3.0):
    config["gain"] = gain
    trainers.append(Trainer(config))
losses = [loss for trainer in trainers for loss in trainer.trained()]
"""
KEPT = {
    "an object's": (
        TRAINER.format(number='self.config["gain"]'),
        TURNS,
        'self.gain = config["gain"]',
    ),
    "a parameter's": (TRAINER.format(number='config["gain"]'), TURNS, 'self.gain = config["gain"]'),
    "by another name": (
        TRAINER.format(number='config["gain"]'),
        'trainer = Trainer(config)\ntrainer.config["gain"] = 9.0\nlosses = trainer.trained()',
        'self.gain = config["gain"]',
    ),
    "perhaps there": (
        BUILD.format(h=f'{DENSE} * config.get("gain", 1.0) + config.get("more", 0.5)'),
        'model = build(config)\nconfig["more"] = 7.0\n' + FIT,
        'self.more = config.get("more", 0.5)',
    ),
    "called as what modules have": (
        BUILD.format(h=f'{DENSE} * config["train"] + config["forward"] * config.get("type", 2.0)'),
        "model = build({'train': 0.5, 'forward': 0.25})\n" + FIT,
        'self.train_value = config["train"]',
    ),
    "of a default": (
        BUILD.format(h=f"keras.ops.clip({DENSE}, -bounds[0], 3.0)"),
        "model = build(config)\nbounds[0] = 0.1\n" + FIT,
        "self.bounds_value = bounds[0]",
    ),
}


@pytest.mark.parametrize("whose", KEPT)
def test_entries_are_kept_by_the_model(whose: str, scripts: Scripts) -> None:
    before, making, line = KEPT[whose]
    text = PROGRAM.format(before=before, making=making)
    result = converted(text, Options(exact=True))
    assert line in result
    apart = scripts.compare(text, result)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_those_that_loops_over_layers_count_are_not() -> None:
    build = BUILD.format(h=f'{DENSE}\n    for _ in config["each"]:\n        h = {DENSE}')
    result = convert(PROGRAM.format(before=build, making="build(config)")).text
    assert "self.each" not in result


ACT = "def act(t):\n    return keras.ops.tanh(t) * {number}\n"
GRAPH = f"inputs = keras.Input((3,))\nh = act({DENSE})\n"
MODEL = f"model = keras.Model(inputs, keras.layers.Dense(1)(h))\n{FIT}\n"
BLOCK = (
    "def act(t):\n    for _ in range(int(v)):\n        t = keras.layers.Dense(3)(t)\n    return t\n"
)
REFUSED = {
    "taken out": (
        BUILD.format(h=f'{DENSE} * config.pop("gain")'),
        "model = build(config)\n" + FIT,
        "whose evaluation changes something",
    ),
    "a variable of a function": (
        ACT.format(number="v"),
        f"{GRAPH}v = 9.0\n{MODEL}",
        "`v`, which `act` reads, gets another value",
    ),
    "between two calls": (
        ACT.format(number='config["gain"]')
        + BUILD.format(h=f'act({DENSE})\n    config["gain"] = 5.0\n    h = act(h)'),
        "model = build(config)\n" + FIT,
        "`config['gain']`, which `act` reads, gets another value",
    ),
    "of a block": (
        BLOCK,
        f"{GRAPH}v = 3\nh = act(h)\n{MODEL}",
        "`v`, which `act` reads, gets another value",
    ),
    "by a Lambda layer": (
        BUILD.format(h=f"keras.layers.Lambda(lambda t: t * config2['gain'])({DENSE})").replace(
            "def build", "config2 = {'gain': 2.0}\n\n\ndef build"
        ),
        "model = build(config)\nconfig2['gain'] = 9.0\n" + FIT,
        "`config2['gain']` has another value when Keras runs the function",
    ),
    "by an activation": (
        BUILD.format(h=f"keras.layers.Activation(lambda t: t * config2['gain'])({DENSE})").replace(
            "def build", "config2 = {'gain': 2.0}\n\n\ndef build"
        ),
        "model = build(config)\nconfig2['gain'] = 9.0\n" + FIT,
        "`config2['gain']` has another value when Keras runs the function",
    ),
    "before another block": (
        "sizes = [3, 4, 5]\ndef block(t, u):\n    return keras.layers.Dense(u)(t)\n"
        + BUILD.format(h="block(u=sizes.pop(), t=block(inputs, sizes.pop()))"),
        "model = build(config)\n" + FIT,
        "`sizes.pop()` changes something before layers are made",
    ),
    "behind the layers": (
        "class Trainer:\n    def __init__(self, units=None):\n        units = units or [3, 2]\n"
        "        h = inputs = keras.Input((3,))\n        while units:\n"
        "            h = keras.layers.Dense(units.pop(0))(h)\n"
        "        self.model = keras.Model(inputs, keras.layers.Dense(1)(h))\n"
        "        self.left = len(units)\n",
        "model = Trainer().model\n",
        "`self.left = len(units)` reads what only the class of the layers above it changes",
    ),
    "by functions": (
        "kinds = {'dense': 0}\ndef block(t):\n    kinds['dense'] += 1\n"
        "    return keras.layers.Dense(3)(t)\n"
        + BUILD.format(h="block(block(inputs))\n    kinds['all'] = sum(kinds.values())"),
        "model = build(config)\n" + FIT,
        "what it calls changes `kinds`, which it reads",
    ),
    "of a property": (
        "class Settings:\n    held = 0.1\n\n    @property\n    def rate(self):\n"
        "        return self.held\n\n\nsettings = Settings()\n",
        "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])\n"
        "optimizer = keras.optimizers.SGD(0.1, momentum=settings.rate)\nsettings.held = 0.9\n"
        + FIT.replace('"sgd"', "optimizer"),
        "of which optimizer is made, has changed",
    ),
    "of a dict, behind it": (
        BUILD.format(h=f'{DENSE} * config["gain"]\n    config["gain"] += 1'),
        "model = build(config)\n" + FIT,
        '`config["gain"]`, which the model computes with, changes while it is built',
    ),
    "by a method, behind it": (
        "class Sizes:\n    n = 3\n\n    def grow(self):\n        self.n += 1\n\n\nsizes = Sizes()\n"
        + BUILD.format(h=f"{DENSE} * bounds.n\n    bounds.grow()"),
        "model = build(config, sizes)\n" + FIT,
        "`bounds` changes while the model is built",
    ),
    "of a class": (
        "class Sizes:\n    n = 3\n\n"
        + BUILD.format(h="keras.layers.Dense(Sizes.n)(inputs)\n    Sizes.n = 5"),
        "model = build(config)\n" + FIT,
        "`Sizes` changes while the model is built",
    ),
    "of a class, by a function": (
        "class Sizes:\n    n = 3\n\n"
        + BUILD.format(h="keras.layers.Dense(Sizes.n)(inputs)\n    setattr(Sizes, 'n', 5)"),
        "model = build(config)\n" + FIT,
        "`Sizes` changes while the model is built",
    ),
    "of a class that counts": (
        "class Sizes:\n    n = 3\n\n"
        + BUILD.format(h="keras.layers.Dense(3)(inputs) * Sizes.n\n    Sizes.n += 1"),
        "model = build(config)\n" + FIT,
        "`Sizes.n`, which the model computes with, changes while it is built",
    ),
    "of a block that counts": (
        "state = {'n': 0}\ndef act(t):\n    state['n'] += 1\n"
        "    return keras.layers.Dense(3)(t) * (1.0 / state['n'])\n"
        + BUILD.format(h="act(act(inputs))"),
        "model = build(config)\n" + FIT,
        "which the model computes with, changes while it is built",
    ),
}


@pytest.mark.parametrize("way", REFUSED)
def test_what_changes_in_between_is_refused(way: str) -> None:
    before, making, why = REFUSED[way]
    found = convert(PROGRAM.format(before=before, making=making)).diagnostics
    said = [one.message for one in found if one.severity is Severity.ERROR]
    assert any(why in one for one in said), said


COUNTED = """\
class Trainer:
    count = 0

    def __init__(self, hidden):
        self.hidden = hidden
        Trainer.count += 1
        layers = [keras.layers.Dense(n) for n in self.hidden]
        self.model = keras.Sequential([keras.Input((3,)), *layers, keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")

    def trained(self):
        return self.model.fit(x, y, epochs=2, verbose=0).history["loss"]

"""


def test_classes_count_their_objects(scripts: Scripts) -> None:
    making = "first, second = Trainer([4]), Trainer([5, 3])\n"
    making += "losses = first.trained() + second.trained() + [Trainer.count]\n"
    text = PROGRAM.format(before=COUNTED, making=making)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart
