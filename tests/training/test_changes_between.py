"""Parts of the training that are made of what the program changes before they are used."""

from __future__ import annotations

import re

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.callbacks import EarlyStopping
from tensorflow.keras.optimizers import SGD

x, y = np.arange(80.0).reshape(20, 4) / 80, np.ones((20, 1))
args = type("Args", (), dict(rate=0.1, factor=0.2))()
config = {"rate": 0.1}
rate = 0.1


def tweak(options):
    global rate
    rate = 0.5
    options["rate"] = 0.5
    args.rate = 0.5


def other(options):
    rate = 0.5
    options["factor"] = args.other = rate


"""
MODEL = """
model = keras.Sequential([keras.Input((4,)), layers.Dense(1{given})])
"""
FIT = "\nmodel.compile({compile})\n{between}\nmodel.fit(x, y, epochs=2{fit})\n"


def script(
    made: str = "",
    given: str = "",
    compiled: str = '"sgd", "mse"',
    between: str = "",
    fit: str = "",
) -> str:
    after = FIT.format(compile=compiled, between=between, fit=fit)
    return HEAD + MODEL.format(given=given) + made + after


def errors(text: str) -> list[str]:
    return [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]


@pytest.mark.parametrize("read", ["args.rate", 'config["rate"]', "rate"])
@pytest.mark.parametrize(
    "parts",
    [
        {"made": "opt = SGD({0})\ntweak(config)", "compiled": 'opt, "mse"'},
        {
            "made": "loss = keras.losses.Huber({0})\ntweak(config)",
            "compiled": '"sgd", loss',
        },
        {
            "made": "stop = EarlyStopping('loss', min_delta={0})",
            "between": "tweak(config)",
            "fit": ", callbacks=[stop]",
        },
        {
            "given": ", kernel_constraint=keras.constraints.MaxNorm({0})",
            "between": "tweak(config)",
        },
        {"compiled": 'SGD(0.1, clipnorm={0}), "mse"', "between": "tweak(config)"},
    ],
)
def test_what_changes_before_it_is_read_is_refused(parts: dict[str, str], read: str) -> None:
    text = script(**{name: part.replace("{0}", read) for name, part in parts.items()})
    got = convert(text).text.rpartition("\ntweak(config)")[2]  # what is known is written
    assert errors(text) or not re.search(rf"(?<![\w.]){re.escape(read)}(?!\w)", got)
    assert not errors(text.replace("\ntweak(config)", "\nother(config)"))
    kept = {name: part.replace("{0}", "args.factor") for name, part in parts.items()}
    assert not errors(script(**kept))


@pytest.mark.parametrize(
    ("made", "compiled", "change"),
    [
        ('ms = ["mae"]', '"sgd", "mse", metrics=ms', 'ms.append("mse")'),
        ('ms = ["mae"]', '"sgd", "mse", metrics=ms', 'ms[0] = "mse"'),
        ('ms = {"m": ["mae"]}', '"sgd", "mse", metrics=ms["m"]', 'ms["m"] += ["mse"]'),
        ('loss = ["mse"]', '"sgd", loss', 'loss[0] = "mae"'),
    ],
)
def test_lists_that_change_before_keras_reads_them(made: str, compiled: str, change: str) -> None:
    assert errors(script(made, compiled=compiled, between=change))
    assert not errors(script(made, compiled=compiled) + change)
    name = made.partition(" ")[0]
    assert not errors(script(made, compiled=compiled, between=f"{name} = None"))


def test_steps_of_a_data_set_keep_what_they_read() -> None:
    step = (
        "data = tf.data.Dataset.from_tensor_slices((x, y)).map(lambda a, b: (a * {0}, b)).batch(4)"
    )
    made = step.format("args.rate") + "\n{}"
    fit = {"fit": ""}
    plain = script(made.format(""), **fit).replace("fit(x, y,", "fit(data,")
    assert not errors(plain)
    assert errors(script(made.format("tweak(config)"), **fit).replace("fit(x, y,", "fit(data,"))


def test_a_value_that_is_known_is_written(scripts: Scripts) -> None:
    text = script(
        "bound = 0.01\nlosses = ['mse', 'mae']\nlosses.pop()\n",
        compiled="SGD(0.1, clipnorm=bound), losses, loss_weights=[args.rate]",
        between="args.rate = bound = 9.0",
        fit=", verbose=0",
    )
    got = convert(text, Options(exact=True))
    assert not errors(text)
    assert all(apart < 1e-9 for apart in scripts.compare(text, got.text).values())


#: A function that builds, called before and after what it reads has changed.
CALLED_TWICE = """
import numpy as np
import keras

x, y = np.arange(80.0).reshape(20, 4) / 80, np.arange(20.0).reshape(20, 1) / 20
{first}


def build():
    model = keras.Sequential([keras.Input((4,)), {layer}, keras.layers.Dense(1)])
    model.compile(optimizer={optimizer}, loss={loss})
    return model


model = build()
history = model.fit(x, y, epochs=2, verbose=0, shuffle=False)
losses = history.history["loss"]
{then}
other = build()
later = other.fit(x, y, epochs=2, verbose=0, shuffle=False)
other_losses = later.history["loss"]
"""
PARTS = {"layer": "keras.layers.Dense(3)", "optimizer": '"sgd"', "loss": '"mse"'}


@pytest.mark.parametrize(
    ("first", "then", "part"),
    [
        ('config = {"loss": "mse"}', 'config["loss"] = "mae"', {"loss": 'config["loss"]'}),
        ('LOSS = "mse"', 'LOSS = "mae"', {"loss": "LOSS"}),
        ("WIDTH = 1.0", "WIDTH = 0.1", {"loss": "keras.losses.Huber(WIDTH)"}),
        ("loss = keras.losses.Huber(0.1)", 'loss = "mae"', {"loss": "loss"}),
        ("KIND = keras.optimizers.SGD", "KIND = keras.optimizers.Adam", {"optimizer": "KIND(0.1)"}),
        ("OPT = keras.optimizers.SGD(0.1)", 'OPT = "adam"', {"optimizer": "OPT"}),
        ("kind = keras.layers.Dense", "kind = keras.layers.Dropout", {"layer": "kind(0.5)"}),
        (
            "def rated(a, b):\n    return (a - b) ** 2",
            "def rated(a, b):\n    return abs(a - b)",
            {"loss": "rated"},
        ),
    ],
)
def test_what_changes_between_calls_is_said(first: str, then: str, part: dict[str, str]) -> None:
    text = CALLED_TWICE.format(first=first, then=then, **{**PARTS, **part})
    assert errors(text)
    assert not errors(CALLED_TWICE.format(first=first, then="", **{**PARTS, **part}))


@pytest.mark.parametrize(
    ("first", "then", "part"),
    [
        ('ACT = "sigmoid"', 'ACT = "tanh"', {"layer": "keras.layers.Dense(3, activation=ACT)"}),
        ("UNITS = 3", "UNITS = 5", {"layer": "keras.layers.Dense(UNITS)"}),
        ("RATE = 0.1", "RATE = 0.01", {"optimizer": "keras.optimizers.SGD(RATE)"}),
    ],
)
def test_what_is_read_at_each_call_may_change(
    first: str, then: str, part: dict[str, str], scripts: Scripts
) -> None:
    text = CALLED_TWICE.format(first=first, then=then, **{**PARTS, **part})
    apart = scripts.compare(text, convert(text, Options(exact=True)).text)
    assert {name for name, far in apart.items() if not far <= 1e-9} == set()
    assert {"losses", "other_losses"} <= apart.keys()
