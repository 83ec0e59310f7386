"""Models that take a dict of as many inputs as a loop makes train on dicts of arrays."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
NAMES = ["b", "a", "c"]
table = pd.DataFrame({name: rng.rand(40) * 3 for name in NAMES})
labels = rng.randint(0, 2, 40)
"""
MODEL = """\
inputs, encoded = {}, []
for name in NAMES:
    one = keras.Input((1,), name=name)
    inputs[name] = one
    encoded.append(layers.Dense(2, activation="tanh")(one))
outputs = layers.Dense(1, activation="sigmoid")(layers.concatenate(encoded))
model = keras.Model(inputs, outputs)
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"], run_eagerly=True)
"""
TRAINED = """\
def data_set(d, y, size=16):
    return tf.data.Dataset.from_tensor_slices((dict(d), y)).batch(size)


arrays = {name: table[name].values for name in NAMES}
first = model.fit(arrays, labels, validation_split=0.2, epochs=2, shuffle=False, verbose=0).history
second = model.fit(dict(table), labels, epochs=2, shuffle=False, verbose=0).history["loss"]
third = model.fit(
    {name: table[name].values[:30] for name in NAMES},
    labels[:30],
    validation_data=({k: v[30:] for k, v in arrays.items()}, labels[30:]),
    shuffle=False,
    verbose=0,
).history["val_loss"]
fourth = model.fit(data_set(table, labels), epochs=2, verbose=0).history["accuracy"]
scores = model.evaluate(arrays, labels, verbose=0)
found = model.predict({name: table[name].values for name in NAMES}, verbose=0)
asked = model.predict(data_set(table, labels), verbose=0)
columns = {name: table[name].values.reshape(-1, 1) for name in NAMES}
called = model(columns, training=False).numpy()
"""


def test_dicts_that_a_loop_fills(scripts: Scripts) -> None:
    text = HEAD + MODEL + TRAINED
    result = converted(text, Options(exact=True))
    assert "        inputs = {name: x.to(device) for name, x in zip(NAMES, inputs)}\n" in result
    assert "(inputs)\n        loss = criterion(" in result
    apart = scripts.compare(text, result)
    wanted = {"first", "second", "third", "fourth", "scores", "found", "asked", "called"}
    assert wanted <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


LOOKED_UP = """\
SIZES = {"k": 4, "m": 6}
data = {name: rng.randint(0, size, 40) for name, size in SIZES.items()}


def build(sizes):
    inputs, encoded = {}, []
    for name, size in sizes.items():
        inputs[f"{name}_id"] = keras.Input((1,), name=f"{name}_id")
        encoded.append(layers.Flatten()(layers.Embedding(size, 3)(inputs[f"{name}_id"])))
    return keras.Model(inputs, layers.Dense(1)(layers.concatenate(encoded)))


model = build(SIZES)
model.compile("sgd", "mse")


def train(model, data, y):
    return model.fit(data, y, epochs=2, shuffle=False, verbose=0).history["loss"]


losses = train(model, {f"{name}_id": data[name] for name in SIZES}, labels)
"""


def test_keys_are_made_of_those_of_a_table_of_sizes(scripts: Scripts) -> None:
    text = HEAD + LOOKED_UP
    result = converted(text, Options(exact=True))
    assert "for name, x in zip(SIZES, inputs)" in result
    apart = scripts.compare(text, result)
    assert max(apart[name] for name in ("losses",)) < 1e-9, apart


SOME = """\
LOOKED_UP = ["c"]
inputs, encoded = {held}, []
for name in NAMES:
    one = keras.Input((1,), name=name)
    {kept}
    if name in LOOKED_UP:
        encoded.append(layers.Flatten()(layers.Embedding(4, 2)(one)))
    else:
        encoded.append(one)
model = keras.Model(inputs, layers.Dense(1)(layers.concatenate(encoded)))
model.compile("sgd", "mse")
losses = model.fit({given}, labels, epochs=2, shuffle=False, verbose=0).history["loss"]
"""


@pytest.mark.parametrize(
    ("held", "kept", "given"),
    [
        ("{}", "inputs[name] = one", "dict(table)"),
        ("[]", "inputs.append(one)", "[table[name].values for name in NAMES]"),
    ],
)
def test_numbers_beside_what_is_looked_up_stay_whole(
    held: str, kept: str, given: str, scripts: Scripts
) -> None:
    text = HEAD + SOME.format(held=held, kept=kept, given=given)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert apart["losses"] < 1e-9, apart


LISTED = """\
inputs = [keras.Input((1,), name=name) for name in NAMES]
model = keras.Model(inputs, layers.Dense(1)(layers.concatenate(inputs)))
model.compile("sgd", "mse")
losses = model.fit({n: table[n] for n in NAMES}, labels, epochs=2, shuffle=False, verbose=0)
losses = losses.history["loss"]
called = model([table[name].values.reshape(-1, 1) for name in NAMES]).numpy()
others = model([np.ones((2, 1)), np.zeros((2, 1)), np.ones((2, 1))]).numpy()
"""


def test_lists_of_inputs_get_the_arrays_of_their_names(scripts: Scripts) -> None:
    text = HEAD + LISTED
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "called", "others"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("[table[name].values for name in NAMES]", "not known to be a dict of arrays"),
        ("table.values", "not known to be a dict of arrays"),
        ("iter([])", "not known to be a dict of arrays"),
        (
            "tf.data.Dataset.from_tensor_slices((table.values.T, labels)).batch(8)",
            "of other things than dicts",
        ),
    ],
)
def test_what_is_no_dict_is_said(given: str, reason: str) -> None:
    targets = "" if "Dataset" in given else ", labels"
    text = f"{HEAD}{MODEL}model.fit({given}{targets})\n"
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in said), said


def test_names_that_change_are_said() -> None:
    text = HEAD + MODEL + "NAMES.reverse()\nmodel.fit(dict(table), labels)\n"
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("a list of the module that nothing changes" in message for message in said), said
