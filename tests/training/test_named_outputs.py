"""Outputs of several that have the names of layers in functions, which build branches."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x, age, tall = rng.random((40, 6)), rng.random((40, 1)), rng.integers(0, 2, (40, 1)).astype(float)


def hidden(x):
    return layers.Dense(4, activation="relu")(x)


def age_branch(x):
    x = layers.Dense(1)(hidden(x))
    x = layers.Activation("linear", name="age")(x)
    return x


def tall_branch(x):
    x = hidden(x)
    return layers.Dense(1, activation="sigmoid", name="tall")(x)


"""
INPUTS = "inputs = keras.Input((6,))\n"
BRANCH = """\
def branch(x, name, activation=None):
    return layers.Dense(1, activation=activation, name=name)(hidden(x))


"""
BOTH = """\
def both(x):
    return age_branch(x), tall_branch(x)


"""
MADE = {
    "each": (
        f"{INPUTS}first = age_branch(inputs)\nother = tall_branch(inputs)\nouts = [first, other]\n"
    ),
    "at-once": f"{INPUTS}a, b = age_branch(inputs), tall_branch(inputs)\nouts = [a, b]\n",
    "in-place": f"{INPUTS}outs = [tall_branch(inputs), age_branch(inputs)]\n",
    "named-by-the-call": (
        f'{BRANCH}{INPUTS}outs = [branch(inputs, "tall", "sigmoid"), branch(inputs, name="age")]\n'
    ),
    "named-in-turn": (
        f"{BRANCH}{INPUTS}outs = [\n    branch(inputs, n, act) "
        'for n, act in [("tall", "sigmoid"), ("age", "linear")]\n]\n'
    ),
    "two-of-one": f"{BOTH}{INPUTS}a, b = both(inputs)\nouts = [b, a]\n",
}
TRAINED = """\
model = keras.Model(inputs, outs)
model.compile(
    "sgd",
    loss={"tall": "binary_crossentropy", "age": "mse"},
    loss_weights={"age": 0.5, "tall": 2.0},
    metrics={"age": "mae", "tall": "accuracy"},
)
history = model.fit(x, {"age": age, "tall": tall}, epochs=2, shuffle=False).history
losses = history["age_loss"]
score = model.evaluate(x, {"tall": tall, "age": age}, return_dict=True)
"""


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", MADE)
def test_they_train_equally(name: str, scripts: Scripts) -> None:
    head = HEAD if "branch(inputs, " not in MADE[name] else HEAD.partition("def age_branch")[0]
    text = head + MADE[name] + TRAINED
    apart = scripts.compare(text, converted(text))
    assert {"history", "losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_a_name_that_is_not_known_is_an_error() -> None:
    made = f'{BRANCH}{INPUTS}outs = [branch(inputs, n) for n in sorted(["tall", "age"])]\n'
    found = convert(HEAD + made + TRAINED).diagnostics
    assert any(d.severity is Severity.ERROR for d in found)


NAMES_OF_VALIDATIONS = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.random((40, 6)), rng.random((40, 1))
inputs = keras.Input((6,))
outputs = [keras.layers.Dense(1, name="b")(inputs), keras.layers.Dense(1, name="val")(inputs)]
model = keras.Model(inputs, outputs)
model.compile("sgd", "mse", metrics=[["mae"], ["mae"]])
history = model.fit(x, [y, y], shuffle=False, verbose=0, validation_split=0.2).history
"""


def test_a_name_that_gives_keys_of_a_validation_is_an_error(scripts: Scripts) -> None:
    """`val_loss` would be that of the output in the training, and of all in the validation."""
    for name in ("val", "val_b"):
        found = convert(NAMES_OF_VALIDATIONS.replace('"val"', f'"{name}"')).diagnostics
        assert any(f"the name {name}_loss, as that of a validation" in d.message for d in found)
    text = NAMES_OF_VALIDATIONS.replace('"val"', '"value"')
    assert max(scripts.compare(text, converted(text)).values()) < 1e-9


TOGETHER = """\
inputs = keras.Input((6,))
h = hidden(inputs)
a, b = layers.Dense(1{first})(h), layers.Dense(1, activation="sigmoid", name="tall")(h)
model = keras.Model(inputs, [a, b])
model.compile(
    "sgd", {{{key}: "mse", "tall": "binary_crossentropy"}}, metrics={{"tall": ["accuracy"]}}
)
losses = model.fit(x, [age, tall], epochs=2, verbose=0).history
"""


@pytest.mark.parametrize(("first", "key"), [(', name="age"', '"age"'), ("", '"dense_1"')])
def test_layers_that_one_statement_calls(scripts: Scripts, first: str, key: str) -> None:
    text = HEAD + TOGETHER.format(first=first, key=key)
    apart = scripts.compare(text, converted(text))
    assert apart["losses"] < 1e-9
