"""Models that take as many inputs as a loop makes: they are trained on lists of arrays."""

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
import tensorflow as tf
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Concatenate, Dense, Embedding, Flatten

rng = np.random.RandomState(0)
table = pd.DataFrame({{"a": rng.randint(0, 4, 40), "b": rng.randint(0, 4, 40), "y": rng.rand(40)}})
table.index += 100
columns = ["a", "b"]
targets = table["y"].values


def build(width=3):
    inputs = []
    encoded = []
    for column in columns:
        one = Input(shape=(1,), name=column)
        count = int(table[column].nunique())
        inputs.append(one)
        encoded.append({encoded})
    x = Concatenate()(encoded)
    return Model(inputs=inputs, outputs=Dense(1)(Dense(8, activation="tanh")(x)))


model = build()
model.compile("sgd", "mse", metrics=["mae"])
{training}
"""
LOOKED_UP = "Flatten()(Embedding(count, min(width, count), name=f'{column}_rows')(one))"
TRAINING = """\
arrays = [table[column].values for column in columns]
first = model.fit(arrays, targets, epochs=2, batch_size=16, shuffle=False, verbose=0).history
second = model.fit(
    [table[column].values for column in columns],
    targets,
    validation_split=0.2,
    epochs=2,
    batch_size=16,
    shuffle=False,
    verbose=0,
).history
third = model.fit(
    [table["a"].values, table["b"].values],
    targets,
    validation_data=([np.asarray(table[c]) for c in columns], targets),
    verbose=0,
).history
scores = model.evaluate(arrays, targets, verbose=0)
outputs = model.predict([table[column].values for column in columns], verbose=0)
others = model.predict([table["a"].values[:7], table["b"].values[:7]], verbose=0)
"""


@pytest.mark.parametrize(
    ("encoded", "kind"),
    [(LOOKED_UP, "long"), ("Dense(width, activation='relu')(one)", "float32")],
    ids=["looked up", "computed with"],
)
def test_lists_of_arrays_are_spread(encoded: str, kind: str, scripts: Scripts) -> None:
    text = PROGRAM.format(encoded=encoded, training=TRAINING)
    result = converted(text, Options(exact=True))
    assert "def forward(self, *inputs):\n" in result
    assert "for *inputs, targets in loader:\n" in result
    assert "inputs = [x.to(device) for x in inputs]\n" in result
    one = f"torch.as_tensor(x, dtype=torch.{kind}).reshape(-1, 1) for x in arrays)"
    assert f"*({one}" in result
    apart = scripts.compare(text, result)
    assert {"first", "second", "third", "scores", "outputs", "others"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


MIXED = """\
import numpy as np
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Concatenate, Dense, Embedding, Flatten

rng = np.random.RandomState(0)
table = {{"a": rng.randint(0, 4, 40), "b": rng.randint(0, 4, 40)}}
numbers, targets = rng.rand(40, 3), rng.rand(40)
columns = ["a", "b"]


def build():
    inputs, encoded = [], []
    for column in ["a", "b"]:
        one = Input((1,))
        inputs.append(one)
        encoded.append(Flatten()(Embedding(4, 2)(one)))
    plain = Input((3,))
{joined}
    return Model(inputs={taken}, outputs=Dense(1)(Dense(8, activation="tanh")(x)))


model = build()
model.compile("sgd", "mse")
arrays = []
for column in columns:
    arrays.append(table[column])
arrays.append(numbers)
first = model.fit(arrays, targets, validation_split=0.2, epochs=2, shuffle=False, verbose=0).history
second = model.fit([*[table[c] for c in columns], numbers], targets, shuffle=False, verbose=0)
score = model.evaluate([table[c] for c in columns] + [numbers], targets, verbose=0)
outputs = model.predict([table[c] for c in columns] + [numbers[:, :]], verbose=0)
others = model.predict([table["a"], table["b"], numbers], verbose=0)
last = model.predict(arrays, verbose=0)
"""


@pytest.mark.parametrize(
    ("joined", "taken"),
    [
        ("    inputs.append(plain)\n    x = Concatenate()(encoded + [plain])", "inputs"),
        ("    encoded.append(plain)\n    x = Concatenate()(encoded)", "inputs + [plain]"),
        ("    x = Concatenate()([plain, *encoded])", "[*inputs, plain]"),
    ],
    ids=["appended", "added", "unpacked"],
)
def test_single_inputs_follow_those_of_a_loop(joined: str, taken: str, scripts: Scripts) -> None:
    text = MIXED.format(joined=joined, taken=taken)
    result = converted(text, Options(exact=True))
    assert "        *inputs, plain = inputs\n" in result
    assert "last = predict(model, *arrays)\n" in result
    apart = scripts.compare(text, result)
    assert {"first", "score", "outputs", "others", "last"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_single_inputs_before_those_of_a_loop_are_refused() -> None:
    joined = "    x = Concatenate()([plain, *encoded])"
    text = MIXED.format(joined=joined, taken="[plain] + inputs")
    text = text.replace('["a", "b"]', "sorted(table)")  # which are not known
    messages = [d.message for d in convert(text).diagnostics]
    assert any("begins with another one" in message for message in messages), messages


def test_columns_of_tables_become_arrays(scripts: Scripts) -> None:
    training = "lists = [table[column] for column in columns]\n"
    training += "model.fit(lists, targets, validation_split=0.2, shuffle=False, verbose=0)"
    text = PROGRAM.format(encoded=LOOKED_UP, training=training)
    result = converted(text, Options(exact=True))
    assert result.count("torch.as_tensor(np.asarray(x[:split]), dtype=torch.long)") == 1
    apart = scripts.compare(text.replace("[table[column] for", "[table[column].values for"), result)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("training", "reason"),
    [
        (
            "def train(arrays):\n    model.fit(arrays, targets)\n\n\ntrain(dict(table))",
            "not known to be a list",
        ),
        (
            "arrays = [targets, targets]\narrays = dict(table)\nmodel.fit(arrays, targets)",
            "not known to be a list",
        ),
        (
            "model.train_on_batch([table[c].values for c in columns], targets)",
            "single batches for a list of inputs",
        ),
    ],
)
def test_what_is_no_list_of_arrays_is_refused(training: str, reason: str) -> None:
    text = PROGRAM.format(encoded=LOOKED_UP, training=training)
    messages = [d.message for d in convert(text).diagnostics if d.severity.name == "ERROR"]
    assert any(reason in message for message in messages), messages


BY_NAME = """\
import numpy as np
import pandas as pd
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
table = pd.DataFrame({"a": rng.rand(20), "b": rng.rand(20) * 3, "y": rng.rand(20)})
NAMES = ["b", "a"]
y = table["y"].values


def build(names):
    inputs, encoded = [], []
    for name in names:
        column = keras.Input((1,), name=name)
        inputs.append(column)
        encoded.append(layers.Dense(2)(column))
    return keras.Model(inputs, layers.Dense(1)(layers.concatenate(encoded)))


model = build(NAMES)
model.compile("sgd", "mse", run_eagerly=True)
arrays = {n: table[n].values for n in NAMES}
first = model.fit(arrays, y, shuffle=False, epochs=2, verbose=0).history["loss"]
score = model.evaluate({name: table[name].to_numpy() for name in NAMES}, y, verbose=0)
found = model.predict({c: table[c].values for c in NAMES}, verbose=0)
others = model.predict(arrays, verbose=0)
inputs = {name: keras.Input((1,), name=name) for name in NAMES}
joined = layers.concatenate([inputs[name] for name in NAMES])
known = keras.Model(list(inputs.values()), layers.Dense(1)(joined))
known.compile("sgd", "mse", run_eagerly=True)
second = known.fit([table[n].values for n in NAMES], y, shuffle=False, verbose=0).history["loss"]
columns = dict(table)
outputs = known.predict(columns, verbose=0)
"""


def test_dicts_of_arrays_go_to_the_inputs_of_their_names(scripts: Scripts) -> None:
    result = converted(BY_NAME)
    assert "for name in NAMES" in result
    called = 'predict_known(known, np.asarray(columns["b"]), np.asarray(columns["a"]))'
    assert called in result
    apart = scripts.compare(BY_NAME, result)
    assert {"first", "score", "found", "others", "second", "outputs"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("arrays = {n: table[n].values for n in NAMES}", "arrays = load()"),
        ("{c: table[c].values for c in NAMES}", "{c + '': table[c].values for c in NAMES}"),
        ("columns = dict(table)", "columns = dict(table)\nNAMES.reverse()"),
        ("name=name)\n        inputs", "name=f'in_{name}')\n        inputs"),
    ],
)
def test_dicts_of_which_the_names_may_be_others_are_refused(old: str, new: str) -> None:
    diagnostics = convert(BY_NAME.replace(old, new)).diagnostics
    messages = [d.message for d in diagnostics if d.severity is Severity.ERROR]
    assert any("list of arrays, one for each input" in m for m in messages), messages


BY_NAMES = """\
import numpy as np
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Concatenate, Dense, Embedding, Flatten

rng = np.random.RandomState(0)
table = {{"b": rng.rand(40), "a": rng.rand(40), "c": rng.randint(0, 4, 40)}}
targets = rng.rand(40)
inputs, encoded = [], []
for name in ["a", "b"]:
    one = Input((1,), name=name)
    inputs.append(one)
    encoded.append(one)
{single}
model = Model(inputs, Dense(1)(Dense(4, activation="tanh")(Concatenate()(encoded))))
model.compile("sgd", "mse")
given = {given}
first = model.fit({given}, targets, validation_split=0.2, shuffle=False, verbose=0).history
outputs = model.predict({given}, verbose=0)
"""
SINGLE = """\
last = Input((1,), name="c", dtype="int64")
inputs.append(last)
encoded.append(Flatten()(Embedding(4, 2)(last)))
"""


@pytest.mark.parametrize("single", ["", SINGLE])
@pytest.mark.parametrize(
    "given",
    [
        '{"c": table["c"], "b": table["b"][:], "a": table["a"]}',
        "{name: table[name] for name in table}",
    ],
)
def test_they_may_be_given_by_their_names(given: str, single: str, scripts: Scripts) -> None:
    given = given if single else given.replace('"c": table["c"], ', "")
    text = BY_NAMES.format(single=single, given=given)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"first", "outputs"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
