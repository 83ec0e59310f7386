"""Data sets that methods get: by the calls of the file, or as nothing else can be meant."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

NET = """\
import numpy as np
import tensorflow as tf


class Net:
    def __init__(self):
        layers = [tf.keras.layers.Input((5,)), tf.keras.layers.Dense(1)]
        self.model = tf.keras.Sequential(layers)
        self.model.compile("sgd", "mse")

    def fit(self, train, val=None, epochs=2):
        return self.model.fit(train, validation_data=val, epochs=epochs, verbose=0).history

    def ask(self, data):
        return self.model.evaluate(data, verbose=0)


rng = np.random.default_rng(0)
x = rng.normal(size=(64, 5)).astype("float32")
y = x.sum(1)
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
val = tf.data.Dataset.from_tensor_slices((x[:20], y[:20])).batch(10)
net = Net()
"""
AGAIN = """

class More(Net):
    def again(self, data):
        return self.fit(data, epochs=1)


"""
BATCHES = """

class Batches(tf.keras.utils.Sequence):
    def __init__(self, size):
        super().__init__()
        self.size = size

    def __len__(self):
        return len(x) // self.size

    def __getitem__(self, number):
        part = slice(number * self.size, (number + 1) * self.size)
        return x[part], y[part]


"""
TRIALS = {
    "all-calls": "first, second = net.fit(data, val), net.ask(val)",
    "some-calls": "first, second = net.fit(data)['loss'], net.fit(data, val, 1)['val_loss']",
    "nothing": "first = net.fit(data, None)['loss']",
    "another-method": f"{AGAIN}first, second = net.fit(data, val), More().again(data)['loss']",
    "sequence": f"{BATCHES}first, second = net.fit(Batches(8), Batches(16)), net.ask(Batches(4))",
    "in-a-function": "def run():\n    return net.fit(data, val)\n\n\nfirst = run()",
    "several-objects": "nets = [net, Net()]\nfirst = [net.fit(data)['loss'] for net in nets]",
}


@pytest.mark.parametrize("name", TRIALS)
def test_trains_equally(name: str, scripts: Scripts) -> None:
    text = f"{NET}{TRIALS[name]}\n"
    result = converted(text)
    assert ("if val is not None" in result) == (
        name in ("some-calls", "another-method", "nothing", "several-objects")
    )
    apart = scripts.compare(text, result)
    assert "first" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "calls",
    [
        "net.fit(data)\nnet.fit(x)",
        "net.fit(data, val)\nnet.fit(data, (x, y))",
        f"{BATCHES}net.fit(data, Batches(2))\nnet.fit(data, val)",
    ],
)
def test_calls_that_give_other_things_are_said(calls: str) -> None:
    found = convert(f"{NET}{calls}\n")
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert any("some calls of `fit` give a data set, others" in e for e in errors), errors


LIBRARY = """\
from tensorflow import keras


class Trainer:
    def __init__(self):
        self.model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")

    def fit(self, train_ds, val_ds{default}):
        {before}self.model.fit(train_ds, validation_data=val_ds, epochs=2{more})
"""


@pytest.mark.parametrize("default", ["", "=None"])
def test_what_trains_alone_is_a_data_set(default: str) -> None:
    found = convert(LIBRARY.format(default=default, before="", more=""))
    said = [d.message for d in found.diagnostics]
    assert said == [
        f"`{name}` is taken for a loader of inputs and targets" for name in ("train_ds", "val_ds")
    ]
    assert "train_epoch(self.model, train_ds, self.criterion, self.optimizer)" in found.text
    assert ("if val_ds is not None:" in found.text) == bool(default)


@pytest.mark.parametrize(
    ("before", "more"), [("train_ds = train_ds + 1\n        ", ""), ("", ", batch_size=4")]
)
def test_what_may_be_arrays_is_not(before: str, more: str) -> None:
    found = convert(LIBRARY.format(default="", before=before, more=more))
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert any("nothing shows that x is a data set" in e for e in errors), errors


def test_what_is_a_data_set_in_one_call_is_one_in_another() -> None:
    more = "\n        return self.model.predict(val_ds)"
    found = convert(LIBRARY.format(default="", before="", more="").rstrip() + more + "\n")
    assert "predict(self.model, val_ds)" in found.text
    assert "as_tensor" not in found.text
