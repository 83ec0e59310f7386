"""Models that each way of a condition compiles in its own way."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import sys

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x, y = np.random.RandomState(0).rand(40, 4), np.random.RandomState(1).rand(40, 1)
kind = "robust" if len(sys.argv) > {arguments} else "plain"
"""
MODEL = """\
model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(1)])
"""
FIT = """\
history = model.fit(x, y, epochs={epochs}, batch_size=10, shuffle=False, verbose=0)
losses = history.history
score = model.evaluate(x, y, verbose=0)
"""
BRANCHES = """\
# what counts
if kind == "robust":
    model.compile("sgd", "mae", metrics=["mse"])
else:  # as usual
    model.compile("sgd", "mse", metrics=["mse"])
"""
CHAIN = """\
epochs = 1
if kind == "none":
    model.compile(optimizer=keras.optimizers.RMSprop(0.01), loss="mse")
elif kind == "robust":
    rate = 0.1
    model.compile(optimizer=keras.optimizers.SGD(rate, momentum=0.5), loss="huber")
    epochs = 2
else:
    model.compile(
        optimizer=keras.optimizers.SGD(0.05), loss="mse"  # plain
    )
"""
TAKEN = """\
loss, optimizer = 3, 4
if kind == "robust":
    model.compile(keras.optimizers.SGD(0.1), "mae")
else:
    model.compile(keras.optimizers.SGD(0.2), "mse")
print(loss, optimizer)
"""
BUILDER = """\
def build(kind, rate=0.1):
    model = keras.Sequential()
    model.add(keras.Input((4,)))
    if kind == "robust":
        model.add(layers.Dense(5, activation="tanh"))
        model.add(layers.Dense(1))
        model.compile(keras.optimizers.SGD(rate, momentum=0.5), loss="mae")
    else:
        model.add(layers.Dense(1))
        model.compile(keras.optimizers.SGD(rate), loss="mae")
    return model


model = build(kind)
"""
PROGRAMS = {
    "loss": MODEL + BRANCHES + FIT.format(epochs=2),
    "chain": MODEL + CHAIN + FIT.format(epochs="epochs"),
    "taken": MODEL + TAKEN + FIT.format(epochs=2),
    "builder": BUILDER + FIT.format(epochs=2),
}


@pytest.mark.parametrize("arguments", [0, 99])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_way_decides_what_it_is_compiled_with(
    name: str, arguments: int, scripts: Scripts
) -> None:
    text = HEAD.format(arguments=arguments) + PROGRAMS[name]
    result = converted(text, Options(exact=True))
    apart = scripts.compare(text, result)
    assert {"losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_comments_and_conditions_stay() -> None:
    result = converted(HEAD.format(arguments=1) + PROGRAMS["loss"])
    ways = 'if kind == "robust":\n    loss = "mae"\nelse:  # as usual\n    loss = "mse"\n'
    assert f"# what counts\n{ways}" in result
    result = converted(HEAD.format(arguments=1) + PROGRAMS["chain"])
    assert "# plain" in result


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("else:  # as usual", "if kind != 'robust':"),  # nothing says that one of them runs
        ('"mae", metrics=["mse"]', '"mae", metrics=["mse", "mae"]'),
        ('"mae", metrics=["mse"]', '"mae"'),
        ('"mae", metrics=["mse"])', '"mae", metrics=["mse"])\n    print(model.optimizer)'),
        ('model.compile("sgd", "mae"', 'other = model\n    other.compile("sgd", "mae"'),
        ('compile("sgd", "mae"', 'compile(*("sgd", "mae")'),
    ],
)
def test_what_differs_in_another_way_is_refused(old: str, new: str) -> None:
    text = HEAD.format(arguments=1) + PROGRAMS["loss"]
    assert old in text
    found = convert(text.replace(old, new)).diagnostics
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert any("`compile` is left as it is" in one for one in errors), errors


def test_losses_of_several_kinds_are_refused() -> None:
    text = HEAD.format(arguments=1) + MODEL + BRANCHES + FIT.format(epochs=1)
    text = text.replace('"mae", ', '"binary_crossentropy", ').replace(
        '"mse", ', '"sparse_categorical_crossentropy", '
    )
    found = convert(text).diagnostics
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert any("`compile` is left as it is" in one for one in errors), errors


@pytest.mark.parametrize("arguments", [0, 99])
def test_the_way_decides_how_many_outputs_are_right(arguments: int, scripts: Scripts) -> None:
    model = """\
model = keras.Sequential([keras.Input((4,))])
if kind == "robust":
    model.add(layers.Dense(3, activation="tanh"))
else:
    model.add(layers.Dense(1, activation="tanh"))
    y = y[:, :1]
model.compile("sgd", "mse", metrics=["accuracy"])
"""
    text = HEAD.format(arguments=arguments).replace("rand(40, 1)", "randint(0, 2, (40, 3))")
    text += model + FIT.format(epochs=2)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
