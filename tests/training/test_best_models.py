"""The best of the models that a loop trains, which the program asks afterwards."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import itertools
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(50, 6))
y = rng.integers(0, 3, size=50)
"""
BUILD = HEAD + """\
def build(units):
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(units, activation="tanh"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


"""
ASKED = BUILD + """\
best, best_loss = None, None
for {target} in {source}:
    model = build({units})
    history = model.fit(x, y, epochs=2, verbose=0)
    loss = history.history["loss"][-1]
    if best is None or loss > best_loss:
        best, best_loss = model, loss
final = best.evaluate(x, y, verbose=0)
chosen = best.predict(x, verbose=0)
last = model.evaluate(x, y, verbose=0)
"""
INLINE = HEAD + """\
best = None
best_loss = 0
for units in (4, 5):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(units), keras.layers.Dense(3)])
    logits_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", logits_loss)
    history = model.fit(x, y, epochs=2, verbose=0)
    loss = history.history["loss"][-1]
    if best is None or loss < best_loss:
        best, best_loss = model, loss
final = best.evaluate(x, y, verbose=0)
"""
IN_FUNCTION = BUILD + """\
def search(sizes):
    best = None
    best_loss = float("inf")
    for units in sizes:
        model = build(units)
        loss = model.fit(x, y, epochs=1, verbose=0).history["loss"][0]
        if best is None or loss < best_loss:
            best, best_loss = model, loss
    return best


best = search([5, 4])
final = best.evaluate(x, y, verbose=0)
"""
BEFORE = BUILD + """\
model = build(3)
model.fit(x, y, epochs=1, verbose=0)
for (units,) in itertools.product((4, 5)):
    model = build(units)
    model.fit(x, y, epochs=1, verbose=0)
final = model.evaluate(x, y, verbose=0)
"""


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "program",
    [
        ASKED.format(target="units", source="(4, 5)", units="units"),
        ASKED.format(target="(units,)", source="itertools.product((4, 5))", units="units"),
        INLINE,
        IN_FUNCTION,
        BEFORE,
    ],
    ids=["known", "unknown", "inline", "function", "before"],
)
def test_the_best_one_is_asked(scripts: Scripts, program: str) -> None:
    result = converted(program, Options(keras="3", exact=True))
    assert "best is None or" in result or program is BEFORE
    apart = scripts.compare(program, result)
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}
    assert "final" in apart


def test_what_an_earlier_round_left_is_said() -> None:
    asked = "    if best is not None:\n        print(best.evaluate(x, y, verbose=0))\n"
    program = ASKED.format(target="units", source="(4, 5)", units="units")
    program = program.replace("    model = build", f"{asked}    model = build")
    result = convert(program, Options(keras="3"))
    assert [d.message for d in result.diagnostics if d.code == "T2T101"] == [
        "`best.evaluate` is left as it is; the model is an nn.Module now"
    ]
