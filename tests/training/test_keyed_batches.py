"""Batches that are dicts or lists of inputs: of sequences, generators and data sets."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import pandas as pd
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
frame = {{"numbers": rng.rand(50, 3), "words": rng.randint(0, 5, (50, 1))}}
targets = rng.rand(50, 1)


class Rows(keras.utils.Sequence):
    def __init__(self, frame, targets, size=16):
        super().__init__()
        self.frame, self.targets, self.size = frame, targets, size

    def __len__(self):
        return int(np.ceil(len(self.targets) / self.size))

    def __getitem__(self, number):
        rows = slice(number * self.size, (number + 1) * self.size)
{given}


def batches(frame, targets, size):
    self = Rows(frame, targets, size)
    while True:
        for number in range(len(self)):
            rows = slice(number * self.size, (number + 1) * self.size)
{yielded}


numbers = keras.Input((3,), name="numbers")
words = keras.Input((1,), name="words", dtype="int32")
known = layers.Flatten()(layers.Embedding(5, 2)(words))
model = keras.Model({inputs}, layers.Dense(1)(layers.Concatenate()([numbers, known])))
model.compile("sgd", "mse")
first = model.fit(Rows(frame, targets), validation_data=Rows(frame, targets, 10), epochs=2,
                  verbose=0, shuffle=False).history
second = model.fit(batches(frame, targets, 10), steps_per_epoch=5, epochs=2, verbose=0).history
score = model.evaluate(Rows(frame, targets), verbose=0)
asked = model.predict(Rows(frame, targets), verbose=0)
"""
WAYS = {
    "comprehension": ["return {k: v[rows] for k, v in self.frame.items()}, self.targets[rows]"],
    "by names": [
        "x = {k: self.frame[k][rows] for k in ['words', 'numbers']}",
        "y = self.targets[rows]",
        "return x, y",
    ],
    "filled": [
        "x = {}",
        "for name in self.frame:",
        "    x[name] = self.frame[name][rows]",
        "return x, self.targets[rows]",
    ],
    "dict": [
        "x = dict(words=self.frame['words'][rows], numbers=self.frame['numbers'][rows])",
        "return x, self.targets[rows]",
    ],
    "dict of pairs": [
        "x = dict((k, v[rows]) for k, v in self.frame.items())",
        "return x, self.targets[rows]",
    ],
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("inputs", ["[numbers, words]", '{"words": words, "numbers": numbers}'])
@pytest.mark.parametrize("way", WAYS)
def test_batches_that_are_dicts(way: str, inputs: str, scripts: Scripts) -> None:
    given = "\n".join(" " * 8 + line for line in WAYS[way])
    yielded = "\n".join(" " * 12 + line for line in WAYS[way]).replace("return ", "yield ")
    text = PROGRAM.format(given=given, yielded=yielded, inputs=inputs)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"first", "second", "score", "asked"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_lists_of_arrays_for_one_input_are_said() -> None:
    lines = ["x = [self.frame[k][rows] for k in ['numbers']]", "return x, self.targets[rows]"]
    given = "\n".join(" " * 8 + line for line in lines)
    text = PROGRAM.format(given=given, yielded="            yield 0", inputs="numbers")
    text = text.replace("([numbers, known])", "([numbers, numbers])")
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("batches of lists of arrays for numbers" in message for message in said), said


LOOPED = """\
import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
table = pd.DataFrame({"a": rng.rand(50), "b": rng.rand(50), "y": rng.randint(0, 2, 50)})
columns = ["b", "a"]


def data_set(d, size=16):
    d = d.copy()
    labels = d.pop("y")
    return tf.data.Dataset.from_tensor_slices((dict(d), labels)).batch(size)


def pieces(d, size):
    while True:
        for start in range(0, len(d), size):
            part = d.iloc[start : start + size]
            yield tuple(part[name].values for name in columns), part["y"].values


class Rows(keras.utils.Sequence):
    def __init__(self, d, size=16):
        super().__init__()
        self.d, self.size = d, size

    def __len__(self):
        return int(np.ceil(len(self.d) / self.size))

    def __getitem__(self, number):
        part = self.d.iloc[number * self.size : (number + 1) * self.size]
        return {name: part[name].values for name in self.d}, part["y"].values


inputs, encoded = [], []
for name in columns:
    one = keras.Input((1,), name=name)
    inputs.append(one)
    encoded.append(layers.Dense(2, activation="tanh")(one))
outputs = layers.Dense(1, activation="sigmoid")(layers.concatenate(encoded))
model = keras.Model(inputs, outputs)
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
"""
TRAINED = """\
first = model.fit(data_set(table), validation_data=data_set(table, 8), epochs=2, verbose=0).history
second = model.fit(Rows(table), epochs=2, verbose=0, shuffle=False).history
third = model.fit(pieces(table, 10), steps_per_epoch=5, epochs=2, verbose=0).history
scores = model.evaluate(data_set(table), verbose=0)
asked = model.predict(data_set(table), verbose=0)
again = model.predict(Rows(table), verbose=0)
"""


def test_batches_for_as_many_inputs_as_a_loop_makes(scripts: Scripts) -> None:
    result = converted(LOOPED + TRAINED, Options(exact=True))
    assert "features[name].to(device, torch.float32).reshape(-1, 1) for name in columns" in result
    apart = scripts.compare(LOOPED + TRAINED, result)
    assert {"first", "second", "third", "scores", "asked", "again"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('columns = ["b", "a"]\n', 'columns = ["b", "a"]\ncolumns = sorted(columns)\n'),
        ("name=name)", "name=name)\n    columns = columns[:]"),
    ],
)
def test_dicts_for_inputs_whose_order_changes_are_said(old: str, new: str) -> None:
    found = convert(LOOPED.replace(old, new) + TRAINED).diagnostics
    said = [d.message for d in found if d.severity is Severity.ERROR]
    assert any("of columns, for inputs that a loop makes" in message for message in said), said
