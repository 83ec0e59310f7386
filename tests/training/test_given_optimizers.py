"""Functions that compile a model with an optimizer that only they know give it with the model."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers, optimizers

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


"""
CHOICE = """\
def build(name="adam", lr=0.01):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(2), layers.Dense(1)])
    if name == "sgd":
        # steady
        opt = optimizers.SGD(learning_rate=lr, momentum=0.9)
    else:
        opt = optimizers.Adam(learning_rate=lr)
    model.compile(optimizer=opt, loss="mse", metrics=["mae"])
    return model


"""
TRAIN = """\
def train(name):
    model = build(name)
    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"][-1]


results = [train(name) for name in ("sgd", "adam")]
"""
METHOD = """\
class Trainer:
    def __init__(self, kind, units=4):
        self.kind = kind
        self.model = self.build(units)

    def build(self, units):
        model = keras.Sequential([keras.Input((6,)), layers.Dense(units), layers.Dense(1)])
        opt = optimizers.SGD(0.1) if self.kind == "sgd" else optimizers.Adam(0.1)
        model.compile(loss="mse", optimizer=opt)
        return model

    def run(self):
        return self.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]


a = Trainer("sgd").run()
b = Trainer("adam", 5).run()
"""
LOCAL = """\
def build(units, fast=False):
    rate = 0.1 if fast else 0.01
    model = keras.Sequential([keras.Input((6,)), layers.Dense(units), layers.Dense(1)])
    model.compile(loss="mse", optimizer=optimizers.SGD(learning_rate=rate * 2))
    return model


first = build(3)
second = build(4, fast=True)
h1 = first.fit(x, y, epochs=2, shuffle=False, verbose=0)
h2 = second.fit(x, y, epochs=2, shuffle=False, verbose=0)
"""
DIRECT = "opt = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)"


@pytest.mark.parametrize("text", [CHOICE + TRAIN, METHOD, LOCAL])
def test_the_caller_gets_both(text: str, scripts: Scripts) -> None:
    text = HEAD + text
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart
    assert any("weight" in name for name in apart)


def test_each_is_made_of_the_model_at_once() -> None:
    text = converted(HEAD + CHOICE + TRAIN)
    assert f"# steady\n        {DIRECT}\n" in text
    assert "    return model, opt\n" in text
    assert "    model, optimizer = build(name)\n" in text


def test_a_model_that_grows_after_the_choice_is_given_later(scripts: Scripts) -> None:
    text = HEAD + CHOICE + TRAIN
    text = text.replace(", layers.Dense(1)])", "])")
    text = text.replace("    model.compile(", "    model.add(layers.Dense(1))\n    model.compile(")
    result = converted(text, Options(exact=True))
    assert "optimizer = opt(model.parameters())" in result
    assert max(scripts.compare(text, result).values()) < 1e-9


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    return model\n", "    return model, 3\n"),
        ("    return model\n", "    if lr > 1:\n        return None\n    return model\n"),
        (
            'results = [train(name) for name in ("sgd", "adam")]',
            "other = build()\nother.predict(x)",
        ),
        ('loss="mse"', 'loss="mse" if str(opt) else "mae"'),
    ],
)
def test_what_gives_something_else_is_refused(old: str, new: str) -> None:
    text = (HEAD + CHOICE + TRAIN).replace(old, new)
    assert text != HEAD + CHOICE + TRAIN
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)


BY_ENTRY = """\
def build(network):
    {name} = network["optimizer"]
    model = keras.Sequential([keras.Input((6,)), layers.Dense(2), layers.Dense(1)])
    model.compile(optimizer={name}, loss="mse")
    return model


def train(network):
    model = build(network)
    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"][-1]


results = [train({{"optimizer": name}}) for name in ("sgd", "adam")]
"""


@pytest.mark.parametrize("name", ["optimizer", "chosen"])
def test_what_names_the_choice_stays(name: str, scripts: Scripts) -> None:
    text = HEAD + BY_ENTRY.format(name=name)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart
