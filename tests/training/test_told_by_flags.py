"""What is frozen as a flag says, which only the run tells, or by functions that freeze layers."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import Input, Sequential, layers

rng = np.random.default_rng(0)
x = rng.normal(size=(32, 6))
y = (x.sum(1) > 0).astype("float32")
"""
FLAG = """\
def build(freeze_base, units=8):
    base = Sequential([Input((6,)), layers.Dense(units, activation="relu"){norm}], name="base")
    base.trainable = not freeze_base
    model = Sequential([base, layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return model


frozen, tuned = build(True), build(False)
first = frozen.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0).history["loss"]
second = tuned.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0).history["loss"]
score = tuned.evaluate(x, y, verbose=0)
"""


@pytest.mark.parametrize("norm", ["", ", layers.BatchNormalization()"], ids=["plain", "norm"])
def test_flags_freeze_models(norm: str, scripts: Scripts) -> None:
    text = HEAD + FLAG.format(norm=norm)
    result = converted(text, Options(exact=True))
    assert "    base.requires_grad_(not freeze_base)\n" in result
    apart = scripts.compare(text, result)
    assert {"first", "second", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("units, activation", "units, kernel_regularizer='l2', activation"),
        ("units, activation", "units, trainable=False, activation"),
        ("second = ", "tuned.layers[0].trainable = False\nsecond = "),
        (
            "    return model",
            "    model.fit(x, y)\n    base.trainable = freeze_base\n    return model",
        ),
    ],
    ids=["watched", "frozen inside", "later", "twice"],
)
def test_flags_that_more_goes_by_are_said(old: str, new: str) -> None:
    text = HEAD + FLAG.format(norm="").replace(old, new)
    said = [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert said


GIVEN = """\
base = Sequential([Input((6,)), layers.Dense(4, activation="relu")])


def build(base, flag):
    base.trainable = flag
    model = Sequential([base, layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


first, second = build(base, True), build(base, False)
first.fit(x, y)
"""


def test_flags_for_models_that_others_have_are_said() -> None:
    said = [d.message for d in convert(HEAD + GIVEN).diagnostics if d.severity is Severity.ERROR]
    assert any("only known at run time" in message for message in said), said


FREEZER = """\
def freeze(net, count):
    \"\"\"Freeze the first layers.\"\"\"
    for layer in net.layers[:count]:
        layer.trainable = False


def keep(net, kinds):
    for number, layer in enumerate(net.layers):
        layer.trainable = number > 2 or isinstance(layer, kinds)


def build():
    inputs = Input((6,))
    h = layers.Dense(8, activation="relu")(inputs)
    h = layers.BatchNormalization()(h)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(h))


model = build()
freeze(model, 3)
model.compile("sgd", "binary_crossentropy")
first = model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0).history["loss"]
keep(model, layers.Dense)
model.compile("sgd", "binary_crossentropy")
second = model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0).history["loss"]
other = Sequential([Input((6,)), layers.Dense(4, activation="relu"), layers.Dense(1)])
freeze(other, count=1)
other.compile("sgd", "mse")
third = other.fit(x, y, batch_size=8, shuffle=False, verbose=0).history["loss"]
"""


def test_functions_freeze_some_layers(scripts: Scripts) -> None:
    text = HEAD + FREEZER
    result = converted(text, Options(exact=True))
    assert "def freeze" not in result
    assert "def keep" not in result
    assert "other.dense.requires_grad_(False)" in result
    apart = scripts.compare(text, result)
    assert {"first", "second", "third"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


NORMS = """\
model = Sequential(
    [
        Input((6,)),
        layers.Dense(8, activation="relu"),
        layers.BatchNormalization(),
        layers.Dense(1, activation="sigmoid"),
    ]
)
for layer in model.layers{part}:
    layer.trainable = {said}
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
losses = model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0).history["loss"]
score = model.evaluate(x, y, verbose=0)
"""


@pytest.mark.parametrize(
    ("part", "said"),
    [("", "not isinstance(layer, layers.BatchNormalization)"), ("[:-1]", "False")],
)
def test_norms_are_frozen_before_the_training(part: str, said: str, scripts: Scripts) -> None:
    text = HEAD + NORMS.format(part=part, said=said)
    result = converted(text, Options(exact=True))
    assert "not layer.weight.requires_grad" in result
    apart = scripts.compare(text, result)
    assert {"losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


BY_NUMBER = """\
model = Sequential(
    [Input((6,)), layers.Dense(8, activation="relu"), layers.Dense(4), layers.Dense(1)]
)
for i in range(len(model.layers) - 1):
    model.layers[i].trainable = i > 0
model.compile("sgd", "mse")
first = model.fit(x, y, batch_size=8, shuffle=False, verbose=0).history["loss"]
for i in range(-3, -1):
    model.layers[i].trainable = False
model.compile("sgd", "mse")
second = model.fit(x, y, batch_size=8, shuffle=False, verbose=0).history["loss"]
"""


def test_layers_are_frozen_by_their_numbers(scripts: Scripts) -> None:
    text = HEAD + BY_NUMBER
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart[name] for name in ("first", "second")) < 1e-9, apart


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("second = ", "last = x[i]\nsecond = "),
        ("range(-3, -1)", "range(4)"),
        ("i > 0", "i > x.sum()"),
    ],
    ids=["read", "too many", "not known"],
)
def test_numbers_that_are_not_known_are_said(old: str, new: str) -> None:
    text = HEAD + BY_NUMBER.replace(old, new)
    assert [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
