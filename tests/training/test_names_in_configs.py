"""Optimizers and losses that strings of a program's settings name: those that it may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_several_files import assert_equal
from tests.training.test_several_files import converted as files_converted
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

HEAD = """\
from typing import NamedTuple

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 6)), rng.normal(size=(24, 1))
"""
RUN = """

def run(config):
    model = keras.Sequential([layers.Input((6,)), layers.Dense(1)])
    model.compile(optimizer=config.optimizer, loss=config.loss)
    return model.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]


def pick(noisy):
    return "mae" if noisy else "mse"


def robust(noisy):
    model = keras.Sequential([layers.Input((6,)), layers.Dense(1)])
    model.compile(optimizer="sgd", loss=pick(noisy))
    return model.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]


picked = robust(True) + robust(False)
other = keras.Sequential([layers.Input((6,)), layers.Dense(1, activation="sigmoid")])
other.compile("rmsprop", "binary_crossentropy")
others = other.fit(x, (y > 0).astype(float), batch_size=8, epochs=1, verbose=0).history["loss"]
"""
NAMED_TUPLE = """

class Config(NamedTuple):
    loss: str = "mse"
    optimizer: str = "adam"
"""
SUBCLASSES = """

class Config:
    loss = "mse"
    optimizer = "adam"


class Robust(Config):
    loss = "mae"


class Fast(Config):
    optimizer = "sgd"
"""


@pytest.mark.parametrize(
    ("settings", "calls"),
    [
        (
            NAMED_TUPLE,
            "run(Config()) + run(Config('mae')) + run(Config()._replace(optimizer='sgd'))",
        ),
        (SUBCLASSES, "[loss for kind in (Config, Robust, Fast) for loss in run(kind)]"),
    ],
)
def test_only_what_it_may_be_is_looked_up(settings: str, calls: str, scripts: Scripts) -> None:
    text = f"{HEAD}{settings}{RUN}losses = {calls}\n"
    result = converted(text, Options(exact=True))  # losses of several kinds would be refused
    assert 'criterion = {"mse": nn.MSELoss(), "mae": nn.L1Loss()}[config.loss]' in result
    assert '"rmsprop"' not in result
    differences = scripts.compare(text, result)
    assert {"losses", "picked", "others"} <= differences.keys()
    assert max(differences.values()) < 1e-9, differences


CONFIG = """\
from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    loss: str = "mse"
    optimizer: str = "adam"


ROBUST = Config(loss="mae")
"""
MODEL = """\
from tensorflow import keras


def build(config):
    model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])
    model.compile(optimizer=config.optimizer, loss=config.loss)
    return model
"""
TRAIN = """\
import numpy as np

from config import ROBUST, Config
from model import build

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 6)), rng.normal(size=(24, 1))
for config in (Config(), ROBUST, Config("mae", "sgd")):
    model = build(config)
    history = model.fit(x, y, batch_size=8, epochs=2, verbose=0)
"""


def test_strings_of_other_files(tmp_path: Path, session: VerifySession) -> None:
    files = {"config.py": CONFIG, "model.py": MODEL, "train.py": TRAIN}
    results, errors = files_converted(tmp_path, files)
    assert not errors
    assert '{"mae": nn.L1Loss(), "mse": nn.MSELoss()}[config.loss]' in results["train.py"]
    assert_equal(tmp_path, "train.py", session)


def test_what_the_command_line_gives_may_be_another() -> None:
    text = f"{HEAD}{NAMED_TUPLE}{RUN}losses = run(Config())\n"
    text = text.replace("Config())", "Config(**vars(parser.parse_args())))")
    text = text.replace("import numpy", "import argparse\nimport numpy")
    text = text.replace('"binary_crossentropy"', '"huber"')
    said = [d.message for d in convert(text).diagnostics]
    assert any("may name what no string of the program names" in one for one in said)


FILLED = """\
from tensorflow import keras

CFG = {{"optimizer": "adam", "loss": "mse"}}


def override(settings, given):
    for key, value in (one.split("=") for one in given):
        {change}


{call}
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(CFG["optimizer"], CFG["loss"])
model.fit(x, y, epochs=1)
"""


@pytest.mark.parametrize(
    ("change", "call", "assumed"),
    [
        ("settings[key] = value", 'override(CFG, ["loss=" + x])', True),
        ("settings.update({key: value})", "override(settings=CFG, given=x)", True),
        ("settings.update(dict([(key, value)]))", "override(CFG, x)", True),
        ("CFG[key] = value", "override(0, x)", True),
        ("settings[key] = value", "same = CFG\noverride(same, x)", True),
        ("settings[key] = value", "other = {}\noverride(other, x)", False),
        ("settings['loss'] = 'mae'", "override(CFG, x)", False),
        ("print(settings[key])", "override(CFG, x)", False),
    ],
)
def test_keys_that_only_the_run_tells(change: str, call: str, assumed: bool) -> None:
    made = convert(FILLED.format(change=change, call=call))
    said = [d.message for d in made.diagnostics if "may name what no string" in d.message]
    assert [one[:7] for one in said] == ['`CFG["o', '`CFG["l'] * assumed
    assert not any(d.severity.name == "ERROR" for d in made.diagnostics)


TABLES = {
    "functions": "{'mse': mse, 'mae': mae}",
    "lambdas": "{'mse': lambda t, p: (t - p) ** 2, 'mae': lambda t, p: abs(t - p)}",
    "of a library": "dict(mse=numeric.square, mae=numeric.abs)",
    "strings": "{'mse': 'mse', 'mae': 'mae'}",
}
LOSSES = """\
import numpy as numeric


def mse(targets, outputs):
    return (targets - outputs) ** 2


def mae(targets, outputs):
    return abs(targets - outputs)


TABLE = {table}
"""
CHOOSING = HEAD.replace("layers\n", "layers\nfrom losses import TABLE\n", 1) + """

def run(name):
    model = keras.Sequential([layers.Input((6,)), layers.Dense(1)])
    model.compile("sgd", loss=TABLE[name])
    return model.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]


print([run(name) for name in ("mse", "mae")])
"""


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_functions_in_another_file_names_nothing(table: str, tmp_path: Path) -> None:
    """Their keys may be names of losses all the same."""
    files = {"train.py": CHOOSING, "losses.py": LOSSES.format(table=TABLES[table])}
    _, errors = files_converted(tmp_path, files)
    assert bool(errors) is (table != "strings"), errors


TRAINER = """\
from tensorflow import keras


def train(x, y, loss="mse", optimizer="adam"):
    model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])
    model.compile(optimizer=optimizer, loss=loss)
    return model.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]
"""
CALLER = """\
import json
from functools import partial

import numpy as np

from trainer import train
from trainer import train as other

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 6)), rng.normal(size=(24, 1))
settings = json.loads('{{"loss": "mae"}}')


def mine(targets, outputs):
    return (targets - outputs) ** 2


losses = train(x, y, {given})
"""
_OPEN = "may name what no string of the program names"
#: What another file gives a function whose default is a string; what is said of that.
GIVEN = {
    "a string": ("'mae'", ""),
    "its default": ("optimizer='sgd'", ""),
    "what is read": ("loss=settings['loss']", _OPEN),
    "a dict": ("**settings", _OPEN),
    "a function": ("mine", "may be a loss, or the name of one"),
    "its other name": ("'mse')\nfound = other(x, y, loss=settings['loss']", _OPEN),
    "what calls it": ("'mse')\nfound = partial(train, loss='mae')(x, y", _OPEN),
    "a lambda": ("loss=lambda t, p: abs(t - p)", "may be a loss, or the name of one"),
}


@pytest.mark.parametrize("given", GIVEN)
def test_what_other_files_give_may_name_others(given: str, tmp_path: Path) -> None:
    source, said = GIVEN[given]
    files = {"trainer.py": TRAINER, "main.py": CALLER.format(given=source)}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = convert(TRAINER, path=str(tmp_path / "trainer.py")).diagnostics
    told = [d.message for d in found if "`loss`" in d.message]
    assert bool(told) is bool(said)
    assert all(said in message for message in told)
