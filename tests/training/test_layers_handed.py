"""Layers that have learned from data, and that functions get which build models."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

REGRESSION = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
table, y = 5 + 2 * rng.rand(24, 4), 3 * rng.rand(24)
first = table[:, 0]

# one feature, and all of them
one = layers.Normalization(input_shape=[1], axis=None)
one.adapt(first)
every = layers.Normalization(axis=-1)
# this looks at all data once
every.adapt(np.array(table))

linear = keras.Sequential([every, layers.Dense(1)])
linear.compile("sgd", "mae")
linear.fit(table, y, batch_size=8, shuffle=False, verbose=0)


def build_and_compile_model(norm, units=6):
    model = keras.Sequential([
        norm,
        layers.Dense(units, activation="relu"),
        layers.Dense(1)
    ])
    model.compile(loss="mean_absolute_error", optimizer=keras.optimizers.SGD(0.25))
    return model


dnn_first = build_and_compile_model(one)
losses = dnn_first.fit(
    first, y, batch_size=8, epochs=2, validation_split=0.25, shuffle=False, verbose=0
).history["val_loss"]
curve = dnn_first.predict(np.linspace(5.0, 7.0, 9), verbose=0)
dnn = build_and_compile_model(every, units=3)
dnn.fit(table, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
results = [linear.evaluate(table, y, verbose=0), dnn.evaluate(table, y, verbose=0)]


def main(data):
    norm = layers.Normalization()
    norm.adapt(data)
    model = build_and_compile_model(norm)
    model.fit(data, y, batch_size=8, shuffle=False, verbose=0)
    return model.predict(data, verbose=0)


found = main(table[:, 1:])
"""


def test_a_builder_gets_the_module(scripts: Scripts) -> None:
    result = converted(REGRESSION)
    assert "# this looks at all data once\nevery = Normalization(table.shape[-1]).adapt(" in result
    assert "dnn = build_and_compile_model(every, units=3)\n" in result
    apart = scripts.compare(REGRESSION, result)
    assert {"losses", "curve", "results", "found"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


ASKED = """
mean, variance = every.mean.numpy(), np.array(every.variance)
single = one.mean.numpy()
rows, row = every(table[:3]).numpy(), every(table[0]).numpy()


def ask(data):
    norm = layers.Normalization()
    norm.adapt(data)
    scaled = norm(data[:2])
    model = build_and_compile_model(norm)
    seen = norm.mean.numpy().shape
    return model.predict(data, verbose=0), scaled.numpy(), len(seen)


outputs, scaled, axes = ask(2 * table)
every.mean
"""


def test_the_module_is_asked_outside_of_models(scripts: Scripts) -> None:
    """Keras's mean has the axes of the data, which it also gives a single row."""
    result = converted(REGRESSION + ASKED)
    assert "single = one.mean.clone().reshape(1).cpu().numpy()\n" in result
    assert "row = every.normalized(table[:3]).numpy(), every.normalized(table[0])" in result
    apart = scripts.compare(REGRESSION + ASKED, result)
    asked = {"mean", "variance", "single", "rows", "row", "outputs", "scaled", "axes"}
    assert asked <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_what_is_no_array_is_not_normalized_outside() -> None:
    for call in ("one(first)", "every(table, training=True)", "every.count.numpy()"):
        found = convert(f"{REGRESSION}\nprint({call})\n").diagnostics
        assert any(d.severity is Severity.ERROR for d in found), call


def test_what_the_module_does_not_tell_is_refused() -> None:
    wide = REGRESSION.replace("input_shape=[1], ", "")  # of which nobody knows how many it takes
    messages = [d.message for d in convert(wide).diagnostics if d.severity is Severity.ERROR]
    assert any("by the same numbers" in message for message in messages), messages


GIVEN = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.random((20, 3)) * 5
names = {"a": 0, "b": 2}


def get_normalizer(data, axis=-1):
    normalizer = layers.Normalization(axis=axis)
    normalizer.adapt(np.array(data))
    return normalizer


def build(data):
    one, two = keras.Input((3,)), keras.Input((3,))
    h = layers.Concatenate()([get_normalizer(data)(one), get_normalizer(data=data[:5])(two)])
    return keras.Model([one, two], layers.Dense(1)(h))


first, second = build(x), build(x * x)
found = first.predict([x, x], verbose=0) + second.predict([x, x], verbose=0)
norm = get_normalizer(x[4:])
model = keras.Sequential([keras.Input((3,)), norm, layers.Dense(2)])
outputs = model.predict(x, verbose=0)
inputs, parts = [], []
for name in names:
    column = keras.Input((1,), name=name)
    inputs.append(column)
    parts.append(get_normalizer(x[:, names[name]], axis=None)(column))
columns = keras.Model(inputs, layers.Dense(1)(layers.concatenate(parts)))
each = columns.predict([x[:, :1], x[:, 2:]], verbose=0)
"""


def test_functions_give_layers_that_have_learned(scripts: Scripts) -> None:
    """Each call of one gives another layer, which learns where its model is made."""
    result = converted(GIVEN)
    assert "self.norm = Normalization(3).adapt(np.array(x[4:]))" in result
    assert "self.normalization_1 = Normalization(3).adapt(np.array(data[:5]))" in result
    apart = scripts.compare(GIVEN, result)
    assert {"found", "outputs", "each"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("norm = get_normalizer(x[4:])\n", "norm = get_normalizer(x[4:])\nx = x * 2\n"),
        ("norm = get_normalizer(x[4:])\n", "norm = get_normalizer(x[4:])\nprint(norm.mean)\n"),
        ("get_normalizer(x[4:])", "get_normalizer(rng.random((9, 3)))"),
        ("get_normalizer(x[4:])", "layers.Normalization()\nnorm.adapt(rng.random(x.shape))"),
    ],
)
def test_what_such_a_layer_learns_must_be_the_same_later(old: str, new: str) -> None:
    found = convert(GIVEN.replace(old, new)).diagnostics
    assert any(d.severity is Severity.ERROR for d in found)
