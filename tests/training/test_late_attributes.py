"""Attributes that a function of a data set reads, and that change after the step that gets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_several_files import converted as files_converted
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
"""
DATA = """

class Data:
    def __init__(self, x, y):
        self.x, self.y = x, y
        self.scale, self.shift = 1.0, 0.0

    def adapt(self):
        self.shift = float(self.x.mean())

    def pre(self, a, b):
        return (a - self.shift) * self.scale, b

    def make(self):
        {before}
        made = tf.data.Dataset.from_tensor_slices((self.x, self.y)).map({function})
        {after}
        return made.batch(16)
"""
RUN = """

rng = np.random.RandomState(0)
data = Data(rng.rand(40, 3), rng.rand(40, 1))
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
data.adapt()
{before}
train = data.make()
{after}
losses = model.fit(train, epochs=2, verbose=0).history["loss"]
"""
LAMBDA = "lambda a, b: (a * self.scale, b)"


@pytest.mark.parametrize(
    ("function", "inside", "outside"),
    [
        ("self.pre", "", "data.scale = 0.1"),
        (LAMBDA, "", "data.scale = 0.1"),
        ("self.pre", "", "data.adapt()"),
        ("self.pre", "self.scale = 0.1", ""),
        (LAMBDA, "self.scale *= 0.1", ""),
    ],
)
def test_a_change_after_the_step_is_said(function: str, inside: str, outside: str) -> None:
    text = HEAD + DATA.format(before="", function=function, after=inside)
    made = convert(text + RUN.format(before="", after=outside))
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    name = "self.shift" if "adapt" in outside else "self.scale"
    assert f"`map` is left as it is: `{name}` gets another value later" in errors[0]


@pytest.mark.parametrize(
    ("inside", "outside"), [("self.scale = 0.5", ""), ("", "data.scale = 0.5"), ("", "")]
)
def test_a_change_before_it_is_none(inside: str, outside: str, scripts: Scripts) -> None:
    text = HEAD + DATA.format(before=inside, function="self.pre", after="")
    text += RUN.format(before=outside, after="")
    made = convert(text)
    assert not [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, made.text)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("change", ["data.scale = 0.1", "data.adapt()"])
def test_changes_by_other_files(change: str, late: bool, tmp_path: Path) -> None:
    data = "import tensorflow as tf\n" + DATA.format(before="", function="self.pre", after="")
    run = RUN.format(before="" if late else change, after=change if late else "")
    files = {"main.py": f"{HEAD}from data import Data\n{run}", "data.py": data}
    _, errors = files_converted(tmp_path, files)
    name = "self.shift" if "adapt" in change else "self.scale"
    found = [e for e in errors if f"data.py:17: `map` is left as it is: `{name}` gets another" in e]
    assert bool(found) == bool(errors) == late


def test_two_data_sets_of_different_settings() -> None:
    data = DATA.format(before="", function="self.pre", after="")
    run = RUN.format(before="held = data.make()\ndata.scale = 0.1", after="")
    made = convert(HEAD + data + run)
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "`map` is left as it is: `self.scale` gets another value later" in errors[0]


SCALED = """

class Net:
    def __init__(self):
        self.scale = 0.5
        inputs = keras.Input((3,))
        scaled = keras.layers.Lambda(lambda t: t * self.scale)(inputs)
        self.model = keras.Model(inputs, keras.layers.Dense(1)(scaled))
        self.model.compile("sgd", "mse")

    def fit(self, x, y):
        {before}
        return self.model.fit(x, y, epochs=2, batch_size=16, verbose=0).history["loss"]


rng = np.random.RandomState(0)
x, y = rng.rand(40, 3), rng.rand(40, 1)
net = Net()
{outside}
losses = net.fit(x, y)
"""


@pytest.mark.parametrize(
    ("before", "outside"),
    [
        ("self.scale = 0.1", ""),
        ("", "net.scale = 0.1"),
        ("", "first = net.fit(x, y)\nnet.scale = 2"),
    ],
)
def test_a_lambda_reads_it_when_keras_runs_it(before: str, outside: str) -> None:
    made = convert(HEAD + SCALED.format(before=before, outside=outside))
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "Lambda: `self.scale` has another value when Keras runs the function" in errors[0]


def test_a_lambda_with_an_attribute_that_stays(scripts: Scripts) -> None:
    text = HEAD + SCALED.format(before="self.trained = True", outside="net.name = 'scaled'")
    made = convert(text)
    assert not [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, made.text)
    assert max(apart.values()) < 1e-9, apart
