"""Loops of the program's own over `train_on_batch`: the same numbers, in the same form."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(96, 6))
y = x.sum(axis=1, keepdims=True) / 3 + 0.1
"""

FORMS = """
inputs = keras.Input((6,))
hidden = layers.Dense(8, activation="tanh", kernel_regularizer="l2")(inputs)
model = keras.Model(inputs, layers.Dense(1)(hidden))
schedule = keras.optimizers.schedules.ExponentialDecay(0.0625, 4, 0.5, staircase=True)
model.compile(keras.optimizers.SGD(schedule, clipnorm=0.5), "mse", metrics=["mae", "mse"])
values = [model.train_on_batch(x[i : i + 16], y[i : i + 16]) for i in range(0, 96, 16)]
logs = model.train_on_batch(x[:40], y[:40], return_dict=True)
tested = model.test_on_batch(x, y)
by_name = model.test_on_batch(x=x, y=y, return_dict=True)
predicted = model.predict_on_batch(x[:50])
"""

SCALARS = """
model = keras.Sequential([keras.Input((6,)), layers.Dense(4), layers.Dropout(0.5), layers.Dense(1)])
model.compile("sgd", "mae")
losses = []
for epoch in range(2):
    for i in range(0, 96, 32):
        losses.append(model.train_on_batch(x[i : i + 32], y[i : i + 32]))
    if epoch == 1:
        tested = model.test_on_batch(x, y)
logs = model.test_on_batch(x, y, return_dict=True)
total = tested + logs["loss"]
"""

OUTPUTS = """
left, right = keras.Input((6,), name="left"), keras.Input((6,), name="right")
joined = layers.Concatenate()([left, right])
level = layers.Dense(1, name="level")(joined)
sign = layers.Dense(1, activation="sigmoid", name="sign")(joined)
model = keras.Model([left, right], [level, sign])
model.compile(
    "sgd",
    loss={"level": "mse", "sign": "binary_crossentropy"},
    loss_weights={"level": 0.5, "sign": 2.0},
    metrics={"sign": ["accuracy"]},
)
signs = (y > 0).astype("float64")
for i in range(0, 96, 32):
    rows = slice(i, i + 32)
    values = model.train_on_batch([x[rows], -x[rows]], {"level": y[rows], "sign": signs[rows]})
logs = model.test_on_batch([x, -x], [y, signs], return_dict=True)
weighed = model.train_on_batch([x, -x], [y, signs], sample_weight=[y[:, 0], signs])
"""

WEIGHTED = """
bits = (y > 0).astype("int64")
weights = rng.uniform(size=96)
model = keras.Sequential([keras.Input((6,)), layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"], weighted_metrics=["mae"])
values = model.train_on_batch(x, bits, weights)
plain = model.train_on_batch(x, bits)
by_class = model.train_on_batch(x, bits, class_weight={1: 3.0}, return_dict=True)
logs = model.test_on_batch(x, bits, sample_weight=weights, return_dict=True)
tested = model.test_on_batch(x, bits)
"""


@pytest.mark.parametrize(
    "text",
    [FORMS, SCALARS, OUTPUTS, WEIGHTED],
    ids=["forms", "scalars", "outputs", "weighted"],
)
def test_values_are_those_of_keras(scripts: Scripts, text: str) -> None:
    converted = convert(HEAD + text, Options(exact=True))
    errors = [d.message for d in converted.diagnostics if d.severity is Severity.ERROR]
    assert not errors
    apart = scripts.compare(HEAD + text, converted.text)
    assert {"logs", "model 0: dense.weight"} <= apart.keys() or "model 0: level.weight" in apart
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


PLAIN = """
model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
model.compile("sgd", "mse")
"""


@pytest.mark.parametrize(
    "call",
    [
        "model.train_on_batch(x, y, sample_weight=np.ones(96), class_weight={0: 1.0})",
        "model.train_on_batch(x, y, reset_metrics=False)",
        "model.train_on_batch(x, y, return_dict=len(x) > 3)",
        "model.train_on_batch(x)",
        "model.test_on_batch(x, y, class_weight={0: 1.0})",
    ],
)
def test_what_is_not_translated_leaves_the_training_whole(call: str) -> None:
    text = f"{HEAD}{PLAIN}{call}\nmodel.fit(x, y)\n"
    converted = convert(text)
    assert any(d.severity is Severity.ERROR for d in converted.diagnostics)
    assert call in converted.text
    assert "model.fit(x, y)" in converted.text


PAIR = """
first = keras.Sequential([keras.Input((6,)), layers.Dense(4), layers.BatchNormalization()])
second = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization(),
                           layers.Dense(1)])
inputs = keras.Input((6,))
both = keras.Model(inputs, second(first(inputs)))
"""

IN_PLACE = PAIR + """
# the first part stays as it is for a while
first.trainable = False
both.compile("sgd", "mse")
early = both.train_on_batch(x, y)
history = both.fit(x, y, epochs=2, batch_size=32)
losses = history.history["loss"]
first.trainable = True
both.compile(keras.optimizers.SGD(0.0625), "mse")
late = [both.train_on_batch(x, y), both.train_on_batch(x, y)]
"""


def test_parts_are_frozen_in_place_where_compiles_follow(scripts: Scripts) -> None:
    converted = convert(HEAD + IN_PLACE, Options(exact=True))
    assert not [d for d in converted.diagnostics if d.severity is Severity.ERROR]
    assert "first.requires_grad_(False)" in converted.text
    apart = scripts.compare(HEAD + IN_PLACE, converted.text)
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_whether_a_part_is_frozen_may_be_computed(scripts: Scripts) -> None:
    text = f'{HEAD}{PAIR}first.trainable = len(x) > 300\nboth.compile("sgd", "mse")\n'
    text += 'losses = both.fit(x, y, epochs=2, batch_size=32, shuffle=False).history["loss"]\n'
    converted = convert(text, Options(exact=True))
    assert not [d for d in converted.diagnostics if d.severity is Severity.ERROR]
    assert "first.requires_grad_(len(x) > 300)" in converted.text
    apart = scripts.compare(text, converted.text)
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'second.trainable = False\nsecond.compile("sgd", "mse")\nsecond.fit(x[:, :4], y)\n',
            "itself",
        ),
        (
            "if len(x) > 3:\n    first.trainable = False\n"
            'both.compile("sgd", "mse")\nboth.fit(x, y)\n',
            "condition",
        ),
    ],
)
def test_what_is_frozen_must_be_known(text: str, said: str) -> None:
    found = convert(HEAD + PAIR + text).diagnostics
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert any(said in message for message in errors), errors
