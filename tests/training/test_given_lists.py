"""Functions and methods of the program that give the arrays of several inputs in a list or dict."""

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
table = pd.DataFrame({"left": rng.rand(60), "right": rng.rand(60), "y": rng.rand(60)})
table = table.sample(frac=1, random_state=1)
train, test = table.iloc[:40], table.iloc[40:]
left, right = keras.Input((1,), name="left"), keras.Input((1,), name="right")
shared = layers.Dense(4, activation="tanh")
joined = layers.concatenate([shared(left), layers.Dense(2)(shared(right))])
model = keras.Model([left, right], layers.Dense(1)(joined))
model.compile("sgd", "mse")
"""
ASKED = """\
h = model.fit(inputs(train), train["y"].values, validation_data=(inputs(test), test["y"].values),
              epochs=2, batch_size=16, verbose=0, shuffle=False).history
asked = model.predict(inputs(test), verbose=0)
held = inputs(test)
again = model.predict(held, verbose=0)
score = model.evaluate(held, test["y"].values, verbose=0)
scores = model.evaluate(inputs(train), train["y"].values, verbose=0)
loss = float(model.train_on_batch(inputs(test), test["y"].values))
later = float(model.train_on_batch(held, test["y"].values))
"""
FUNCTIONS = {
    "list": 'def inputs(d):\n    return [d["left"].values, d["right"].values]\n',
    "tables": 'def inputs(d):\n    return [d["left"], d["right"]]\n',
    "tuple": 'def inputs(d):\n    a = d["left"].values\n    return a, d["right"].values\n',
    "appended": """\
def inputs(d):
    columns = [d["left"].values]
    columns.append(d["right"].values)
    return columns
""",
    "by names": """\
def inputs(d):
    columns = []
    for name in ("left", "right"):
        columns.append(d[name].values)
    return columns
""",
    "one after the other": """\
def one(d, name):
    return d[name].values


def inputs(d):
    return [one(d, name) for name in ("left", "right")]
""",
    "added": """\
def inputs(d):
    columns = [d["left"].values]
    columns += [d["right"].values]
    return columns if len(d) else columns + columns
""",
    "dict": 'def inputs(d):\n    return {"right": d["right"].values, "left": d["left"].values}\n',
    "columns": 'def inputs(d):\n    return {n: d[n].values for n in ("y", "right", "left")}\n',
    "lambda": 'inputs = lambda d: [d["left"].values, d["right"].values]\n',
    "method": """\
class Columns:
    def __init__(self, names):
        self.names = names

    def inputs(self, d):
        return [self.one(d, name) for name in self.names]

    def one(self, d, name):
        return d[name].values


columns = Columns(["left", "right"])
""",
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_functions_give_is_taken_apart(name: str, scripts: Scripts) -> None:
    asked = ASKED.replace("inputs(", "columns.inputs(") if name == "method" else ASKED
    text = PROGRAM + FUNCTIONS[name] + asked
    result = converted(text, Options(exact=True))
    assert result.count("inputs(train)") == 2  # once for each call
    apart = scripts.compare(text, result)
    assert {"asked", "again", "score", "scores", "loss", "later"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


TRIPLETS = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
points, kinds = rng.rand(60, 5), rng.randint(0, 3, 60)
inputs = [keras.Input((5,)), keras.Input((5,)), keras.Input((5,))]
network = layers.Dense(4, activation="tanh")
model = keras.Model(inputs, layers.Dense(2)(layers.concatenate([network(i) for i in inputs])))
model.compile("sgd", "mse")


def triplets(count):
    anchors, positives, negatives = [], [], []
    for _ in range(count):
        kind = rng.randint(0, 3)
        one, other = rng.choice(np.where(kinds == kind)[0], 2)
        anchors.append(points[one])
        positives.append(points[other])
        negatives.append(points[rng.choice(np.where(kinds != kind)[0])])
    return [np.array(anchors), np.array(positives), np.array(negatives)]


def batch(count):
    return triplets(count), np.zeros((count, 2))


class Batches:
    def __init__(self, size):
        self.size = size

    def __call__(self):
        return batch(self.size)

    def next(self):
        drawn, zeros = batch(self.size)
        return drawn, zeros


batches = Batches(8)
losses = []
for _ in range(3):
    losses.append(float(model.train_on_batch(triplets(8), np.zeros((8, 2)))))
    drawn = triplets(8)
    losses.append(float(model.train_on_batch(drawn, np.zeros((8, 2)))))
    (drawn), zeros = batch(8)
    losses.append(float(model.test_on_batch(drawn, zeros)))
    drawn, zeros = batches.next()
    losses.append(float(model.train_on_batch(drawn, zeros)))
history = model.fit(triplets(20), np.zeros((20, 2)), epochs=2, verbose=0, shuffle=False).history
asked = model.predict(triplets(5), verbose=0)
"""


def test_random_batches_are_drawn_once_and_in_their_order(scripts: Scripts) -> None:
    result = converted(TRIPLETS, Options(exact=True))
    assert "train_on_batch(model, *triplets(8), np.zeros((8, 2)), criterion, optimizer)" in result
    assert "asked = predict(model, *triplets(5))\n" in result
    apart = scripts.compare(TRIPLETS, result)
    assert {"losses", "history", "asked"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_what_lambdas_draw_is_drawn_once(scripts: Scripts) -> None:
    parts = ", ".join(["points[rng.randint(0, 60, n)]"] * 3)
    head, _, rest = TRIPLETS.partition("def triplets(")
    text = f"{head}triplets = lambda n: [{parts}]\n\n\ndef batch({rest.partition('def batch(')[2]}"
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


PARAMETERS = """\
def train_on(net, arrays, targets):
    return net.fit(arrays, targets, epochs=2, batch_size=16, verbose=0, shuffle=False)


h = train_on(model, [train["left"].values, train["right"].values], train["y"].values)
held = [test["left"].values, test["right"].values]
k = train_on(model, held, test["y"].values)
"""


def test_lists_are_given_to_functions_that_train(scripts: Scripts) -> None:
    apart = scripts.compare(PROGRAM + PARAMETERS, converted(PROGRAM + PARAMETERS))
    assert {"h", "k"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


LOOPED = """\
names = ["left", "right"]
inputs, parts = [], []
for name in names:
    one = keras.Input((1,), name=name)
    inputs.append(one)
    parts.append(layers.Dense(3, activation="tanh")(one))
numbers = keras.Input((2,), name="numbers")
inputs.append(numbers)
model = keras.Model(inputs, layers.Dense(1)(layers.concatenate(parts + [numbers])))
model.compile("sgd", "mse")


def columns(d):
    X = [d[name].values for name in names]
    X.append(d[names].values)
    return X


h = model.fit(columns(train), train["y"].values, validation_data=(columns(test), test["y"].values),
              epochs=2, batch_size=16, verbose=0, shuffle=False).history
asked = model.predict(columns(test), verbose=0)
held = columns(test)
score = model.evaluate(held, test["y"].values, verbose=0)
"""


def test_as_many_inputs_as_a_loop_makes(scripts: Scripts) -> None:
    text = PROGRAM + LOOPED
    result = converted(text, Options(exact=True))
    assert "for x in x_train[:-1])" in result
    apart = scripts.compare(text, result)
    assert {"h", "asked", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


OBJECT = """\
class Experiment:
    names = ["left", "right"]

    def __init__(self, net):
        self.net = net
        self.inputs = None
        self.targets = None

    def give(self):
        return [self.table[name].values for name in self.names], self.table["y"].values

    def prepare(self, d, other):
        self.table = d
        self.inputs, self.targets = self.give()
        self.held = self.listed(other)
        self.held_targets = other["y"].values
        self.names_of_columns = []
        for name in self.names:
            self.names_of_columns.append(other[name].values)

    @staticmethod
    def listed(d):
        return d["left"].values, d["right"].values

    def run(self):
        return self.net.fit(
            self.inputs, self.targets, validation_data=(self.held, self.held_targets), epochs=2,
            batch_size=16, verbose=0, shuffle=False,
        ).history

    def asked(self):
        return self.net.evaluate(self.names_of_columns, self.held_targets, verbose=0)


experiment = Experiment(model)
experiment.prepare(train, test)
history = experiment.run()
score = experiment.asked()
"""


def test_objects_keep_lists_of_arrays(scripts: Scripts) -> None:
    text = PROGRAM + OBJECT
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"history", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


PAIRS = """\
def give(d):
    return [d["left"], d["right"]], d["y"]


def both():
    return give(train), give(test)


(x_train, y_train), held = both()
first = model.fit(x_train, y_train, validation_data=held, epochs=2, batch_size=16, verbose=0,
                  shuffle=False).history
second = model.fit(*give(train), validation_data=give(test), epochs=2, batch_size=16, verbose=0,
                   shuffle=False).history
score = model.evaluate(*held, verbose=0)
splits = {"train": x_train, "test": held[0]}
asked = model.predict(splits["test"], verbose=0)
"""


def test_pairs_with_lists_of_tables_in_them(scripts: Scripts) -> None:
    text = PROGRAM + PAIRS
    conversion = convert(text, Options(exact=True))
    assert not [d for d in conversion.diagnostics if d.severity is not Severity.NOTE]
    apart = scripts.compare(text, conversion.text)
    assert {"first", "second", "score", "asked"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_three_arrays_are_no_pair() -> None:
    pairs = PAIRS.replace('d["right"]], d["y"]', 'd["right"]], d["y"], d["left"]')
    pairs = pairs.replace("(x_train, y_train), held", "(x_train, y_train, w), held")
    found = convert(PROGRAM + pairs).diagnostics
    said = [d.message for d in found if d.severity is Severity.ERROR]
    assert any("validation_data is not one array for each: left, right" in m for m in said), said


UNSEEN = {
    "one array": 'def inputs(d):\n    return d[["left", "right"]].values\n',
    "in one way": """\
def inputs(d, whole=False):
    columns = [d["left"].values, d["right"].values]
    if whole:
        return np.stack(columns)
    return columns
""",
    "of others": "def inputs(d, columns=list):\n    return columns(d)\n",
    "three": 'def inputs(d):\n    return d["left"].values, d["right"].values, d["y"].values\n',
    "other keys": 'def inputs(d):\n    return {"left": d["left"].values, "y": d["y"].values}\n',
}


@pytest.mark.parametrize("name", UNSEEN)
def test_what_is_not_seen_to_be_a_list_is_said(name: str) -> None:
    found = convert(PROGRAM + UNSEEN[name] + ASKED.partition("asked = ")[0]).diagnostics
    said = [d.message for d in found if d.severity is Severity.ERROR]
    assert any("x is not one array for each: left, right" in message for message in said), said


ROUNDS = """\
class Data:
    def __init__(self, d):
        self.d = d

    @property
    def inputs(self):
        return [self.d["left"].values, self.d["right"].values]


def fit(arrays, targets, **options):
    return model.fit(arrays, targets, verbose=0, shuffle=False, **options)


def pieces(d, size):
    for start in range(0, len(d), size):
        part = d.iloc[start : start + size]
        yield [part["left"].values, part["right"].values], part["y"].values


def endless(d, size):
    while True:
        yield from_table(d.sample(size, random_state=0)), np.zeros(size)


def from_table(d):
    return [d["left"].values, d["right"].values]


def make(d):
    columns = {"right": d["right"].values}
    for name in ["left"]:
        columns[name] = d[name].values
    return columns


losses = []
for arrays, targets in pieces(train, 20):
    losses.append(float(model.train_on_batch(arrays, targets)))
for number, (arrays, targets) in enumerate(pieces(train, 10)):
    losses.append(number + float(model.train_on_batch(arrays, targets)))
flow = endless(train, 10)
for _ in range(3):
    arrays, targets = next(flow)
    losses.append(float(model.train_on_batch(arrays, targets)))
    (arrays), targets = flow.__next__()
    losses.append(float(model.train_on_batch(arrays, targets)))
data = Data(test)
valid = make(test), test["y"].values
left, right = train["left"].values, train["right"].values
both = [left, right]
first = fit(both, train["y"].values, epochs=2, validation_data=valid).history
second = model.fit(data.inputs, valid[1], epochs=2, verbose=0, shuffle=False).history
parts = np.split(train[["left", "right"]].values, 2, axis=1)
asked = model.predict(parts, verbose=0)
"""


def test_generators_properties_and_parts(scripts: Scripts) -> None:
    text = PROGRAM + ROUNDS
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "first", "second", "asked"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


PADDED = """\
from tensorflow.keras.preprocessing.sequence import pad_sequences
from tensorflow.keras.utils import to_categorical

rows = [[1, 2, 3], [4], [5, 6], [1], [2, 2, 2, 2]]
pad = lambda given: pad_sequences(given, maxlen=3)


def columns(given, kinds):
    X = {"rows": pad_sequences(given, maxlen=3), "kinds": to_categorical(kinds, 4)}
    return X


first, second = pad(rows[:3]), pad(rows[3:])
train, test = columns(rows[:3], [0, 1, 2]), columns(rows[3:], [3, 0])
all_of_it = [*train.values(), *test.values()]
shapes = [len(train["rows"]), len(test["rows"]), len(train["kinds"]), len(test["kinds"])]
sums = [float(value.sum()) for value in all_of_it]
"""


def test_what_keras_makes_of_an_argument_is_made_for_each_call(scripts: Scripts) -> None:
    """The body of a function was written for the arguments of its last call."""
    text = PROGRAM + PADDED.replace("train, test", "some, others").replace("train", "some").replace(
        "test", "others"
    )
    text += 'h = model.fit([train["left"].values, train["right"].values], train["y"], verbose=0)\n'
    result = converted(text)
    assert "pad = lambda given: pad_sequences(given, 3)\n" in result
    assert '{"rows": pad_sequences(given, 3), "kinds": to_categorical(kinds, 4)}' in result
    apart = scripts.compare(text, result)
    assert {"first", "second", "shapes", "sums"} <= apart.keys()
    assert max(apart[name] for name in ("first", "second", "shapes", "sums")) < 1e-9
