"""Losses that a function gets by its only call, or as the default of a parameter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_attempts_that_fail import compared
from tests.training.test_several_files import assert_equal, converted
from transpiler.source.rewritings.default_losses import default_losses
from transpiler.verify.session import VerifySession

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers, losses

r = np.random.RandomState(0)
x, y = r.rand(40, 5), r.randint(0, 2, (40, 1))


"""
BUILD = """\
def build({parameters}):
    m = keras.Sequential([keras.Input((n,)), layers.Dense(1, activation="sigmoid")])
    m.compile("sgd", {loss})
    return m


"""
TRAIN = """\
def train(m, {parameters}):
    m.compile("sgd", loss={loss})
    return m.fit(x, y, epochs=2, shuffle=False, verbose=0).history


"""
FIT = "h = {}.fit(x, y, epochs=2, shuffle=False, verbose=0).history\n"
WAYS = {
    "a function": ("n, loss=losses.binary_crossentropy", "loss", "build(5)"),
    "an object": ("n, *, loss=losses.BinaryCrossentropy(label_smoothing=0.1)", "loss", "build(5)"),
    "before others": ("n, loss=losses.binary_crossentropy, m=1", "loss=loss", "build(5, m=2)"),
    "given": ("n, loss, m=1", "loss", "build(5, losses.binary_crossentropy)"),
    "by name": ("n, loss=None", "loss", "build(5, loss=losses.BinaryCrossentropy())"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_builder_compiles_with_it(way: str, scripts: Scripts) -> None:
    parameters, loss, call = WAYS[way]
    program = HEAD + BUILD.format(parameters=parameters, loss=loss) + FIT.format(call)
    assert not compared(scripts, program)


@pytest.mark.parametrize("given", ["", ", losses.BinaryCrossentropy()"])
def test_a_function_that_trains_compiles_with_it(given: str, scripts: Scripts) -> None:
    default = "" if given else "=losses.binary_crossentropy"
    program = HEAD + TRAIN.format(parameters=f"loss{default}", loss="loss")
    program += "m = keras.Sequential([keras.Input((5,)), layers.Dense(1, activation='sigmoid')])\n"
    assert not compared(scripts, f"{program}h = train(m{given})\n")


def test_a_builder_of_another_file(tmp_path: Path, session: VerifySession) -> None:
    library = HEAD + BUILD.format(parameters="n, loss=losses.binary_crossentropy", loss="loss")
    files = {
        "lib.py": library,
        "main.py": f"{HEAD}from lib import build\n\n{FIT.format('build(5)')}",
    }
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "def build(n):" in texts["lib.py"]
    assert_equal(tmp_path, "main.py", session)


@pytest.mark.parametrize(
    ("parameters", "use", "others"),
    [
        ("n, loss=losses.binary_crossentropy", "print(build)\nbuild(5)", ""),
        ("n, loss=losses.binary_crossentropy", "build(*[5])", ""),
        ("n, losses=3, loss=losses.binary_crossentropy", "build(5)", ""),
        ("n, loss=losses.binary_crossentropy", "build(5)", "from a import build\nbuild(3, 'mse')"),
        ("n, loss=losses.binary_crossentropy", "build(5)", "from a import build as b\nb(3, 'mse')"),
        ("n, loss=losses.binary_crossentropy", "build(5)", "import a\nf = a.build"),
        ("n, loss=losses.binary_crossentropy", "build(5)", "from a import *\nbuild(3, loss='mse')"),
        ("n, loss=mine", "build(5)", ""),
        ("n, loss='mse'", "build(5)", ""),
    ],
)
def test_what_may_be_another_loss_stays(parameters: str, use: str, others: str) -> None:
    text = HEAD + BUILD.format(parameters=parameters, loss="loss") + f"m = {use}\n"
    text = text.replace("m = print(build)", "print(build)")
    assert default_losses(text, lambda: [others] if others else []) is None
