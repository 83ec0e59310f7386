"""Functions and methods that give one of several optimizers, by what is known at run time."""

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
PICKED = """\
def get_optimizer(name, lr=0.01):
    name = name.lower()
    if name == "sgd":
        return optimizers.SGD(learning_rate=lr, momentum=0.9)
    if name == "adam":
        opt = optimizers.Adam(lr, beta_1=0.8)
        return opt
    raise ValueError(f"unknown: {name}")


"""
LOOP = """\
results = []
for name in ("SGD", "adam"):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
    opt = get_optimizer(name)
    model.compile(optimizer=opt, loss="mse")
    results.append(model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"][-1])
"""
BUILDER = """\
def build(name, rate):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
    model.compile(optimizer=get_optimizer(name, lr=rate), loss="mse")
    return model


results = []
for name in ("SGD", "adam"):
    model = build(name, 0.02)
    results.append(model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"][-1])
"""
METHOD = """\
class Trainer:
    def __init__(self, kind, rate=0.1):
        self.kind, self.rate = kind, rate
        self.model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
        self.model.compile(loss="mse", optimizer=self.make_optimizer())

    def make_optimizer(self):
        options = {"sgd": optimizers.SGD(self.rate), "adam": optimizers.Adam(self.rate)}
        return options[self.kind]

    def run(self):
        return self.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]


a = Trainer("sgd").run()
b = Trainer("adam", 0.05).run()
"""


@pytest.mark.parametrize("text", [PICKED + LOOP, PICKED + BUILDER, METHOD])
def test_the_optimizer_waits_for_its_parameters(text: str, scripts: Scripts) -> None:
    text = HEAD + text
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart
    assert any("weight" in name for name in apart)


def test_it_is_written_where_the_program_makes_it() -> None:
    text = converted(HEAD + PICKED + BUILDER)
    assert "        return partial(torch.optim.SGD, lr=lr, momentum=0.9)\n" in text
    assert "    optimizer = get_optimizer(name, lr=0.02)(model.parameters())\n" in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        return opt\n", "        return name\n"),
        ("        return opt\n", "        print(opt.name)\n        return opt\n"),
        ("        return opt\n", "        opt.learning_rate = 1.0\n        return opt\n"),
        ("        return opt\n", "        return tuned(opt)\n"),
        ("results = []\n", "results = [get_optimizer('sgd').get_config()]\n"),
        ("get_optimizer(name)", "get_optimizer(name, optimizers.schedules.CosineDecay(0.1, 9))"),
    ],
)
def test_what_gives_something_else_is_refused(old: str, new: str) -> None:
    text = (HEAD + PICKED + LOOP).replace(old, new)
    assert text != HEAD + PICKED + LOOP
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)


TABLE = """\
options = {"adam": optimizers.Adam(0.1), "sgd": optimizers.SGD(0.2)}
picked = options["adam" if len(x) else "sgd"]
model = keras.Sequential([layers.Input((6,)), layers.Dense(1)])
model.compile(picked, "mse")
losses = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
"""


def test_classes_stand_before_the_table_that_reads_them(scripts: Scripts) -> None:
    text = HEAD + TABLE
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "picked",
    [
        'options.get("nadam", "sgd")',
        'options["adam"] if len(x) else "sgd"',
        'list(options.values())[0] or "sgd"',
        'tuned(options["adam"])',
    ],
)
def test_what_may_be_a_name_is_no_optimizer(picked: str) -> None:
    text = (HEAD + TABLE).replace('options["adam" if len(x) else "sgd"]', picked)
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)


def test_a_layer_that_a_builder_gives_beside_its_model_is_refused() -> None:
    text = HEAD + (
        "def build():\n    inputs = layers.Input((10,))\n    first = layers.Dense(3)\n"
        "    outputs = layers.Dense(1)(first(inputs))\n"
        "    return keras.Model(inputs, outputs), first\n\n\nmodel, first = build()\n"
    )
    found = convert(text).diagnostics
    assert any("reads what only the model computes" in d.message for d in found)


RATES = """\
config = {"lr": 0.05, "momentum": 0.9}


def get_optimizer(settings, name):
    if name == "adam":
        return optimizers.Adam(learning_rate=settings["lr"])
    return optimizers.SGD(learning_rate=settings["lr"], momentum=settings["momentum"])


def build():
    return keras.Sequential([keras.Input((6,)), layers.Dense(1)])


plain = build()
plain.compile(get_optimizer(config, "SGD".lower()), "mse", run_eagerly=True)
first = plain.fit(x, y, epochs=1, shuffle=False, verbose=0).history
model = build()
model.compile(get_optimizer(config, "SGD".lower()), "mse", run_eagerly=True)
slower = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=9.0)
second = model.fit(x, y, epochs=4, shuffle=False, verbose=0, callbacks=[slower]).history
"""


def test_momentum_while_the_rate_changes(scripts: Scripts) -> None:
    text = HEAD + RATES
    result = convert(text)
    assert not [d for d in result.diagnostics if d.severity is Severity.ERROR]
    assert "partial(KerasSGD, lr=" in result.text
    apart = scripts.compare(text, result.text)
    assert {"first", "second"} <= apart.keys()
    assert max(apart.values()) < 1e-6, apart  # the rates are kept in single precision


@pytest.mark.parametrize("more", ["use_ema=True", "gradient_accumulation_steps=2"])
def test_one_that_does_more_than_to_step_stays(more: str) -> None:
    text = (HEAD + RATES).replace('momentum=settings["momentum"]', more)
    assert [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
