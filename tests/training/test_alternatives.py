"""Variables that hold one model or another: what can't serve each of them is said, and stays."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers, regularizers

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 8))
y = (x[:, :1] > 0).astype("float32")


def build(units=4):
    return keras.Sequential([keras.Input((8,)), layers.Dense(units), layers.Dense(1)])


def build_regular():
    dense = layers.Dense(4, kernel_regularizer=regularizers.L2(0.1))
    return keras.Sequential([keras.Input((8,)), dense, layers.Dense(1)])


"""
COMPILE = 'model.compile("sgd", "mse")'


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        # each has an optimizer of its own, which goes on in each round of a later loop
        (
            f"models = [build(u) for u in (4, 8)]\nfor model in models:\n    {COMPILE}\n"
            "for epoch in range(2):\n    for model in models:\n        model.fit(x, y)\n",
            "optimizer of its own",
        ),
        (
            f"small, large = build(4), build(8)\nfor model in (small, large):\n    {COMPILE}\n"
            "small.fit(x, y)\n",
            "",
        ),
        # one of them has regularizers, which one loop can't add for it alone
        (
            f"for model in [build(), build_regular()]:\n    {COMPILE}\n    model.fit(x, y)\n",
            "trained differently",
        ),
        (
            "def train(kind):\n    model = build() if kind else build_regular()\n"
            f"    {COMPILE}\n    model.fit(x, y)\n\n\ntrain(1)\n",
            "trained differently",
        ),
        # which of them is frozen is not known where it is compiled
        (
            "for model in [build(4), build(8)]:\n    model.trainable = False\n"
            f"    {COMPILE}\n    model.fit(x, y)\n",
            "only known at run time",
        ),
    ],
)
def test_what_does_not_serve_each_model_is_left(program: str, reason: str) -> None:
    conversion = convert(HEAD + program)
    messages = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in messages), messages
    assert ".fit(x, y)" in conversion.text
    assert "train_epoch(" not in conversion.text


#: Each compiled on its own way; trained by a function that got them, then asked in a loop.
SERVED = f"""{HEAD}def run(kind):
    if kind == "a":
        model = build()
        model.compile(keras.optimizers.SGD(0.125), "mse", metrics=["mae"])
    else:
        model = build(8)
        model.compile(keras.optimizers.SGD(0.25, momentum=0.5), "mae", metrics=["mae"])
    history = model.fit(x, y, epochs=2, batch_size=20, shuffle=False, verbose=0)
    return history.history["loss"], model.evaluate(x, y, verbose=0)


def train(model, epochs):
    model.compile(keras.optimizers.SGD(0.125), "mse", metrics=["mae"])
    history = model.fit(x, y, epochs=epochs, batch_size=20, shuffle=False, verbose=0)
    return history.history["mae"]


def pick(kind):
    if kind:
        return build(2)
    return keras.Sequential([keras.Input((8,)), layers.Dense(3, "tanh"), layers.Dense(1)])


first, first_score = run("a")
second, second_score = run("b")
one, two = pick(True), pick(False)
third, fourth = train(one, 2), train(two, 1)
scores = []
for number, model in enumerate([one, two]):
    scores.append(model.evaluate(x, y, verbose=0)[0])
models = [one, two]
best = models[int(np.argmin(scores))]
found = best.predict(x, verbose=0)
"""


def test_one_text_serves_each_model(scripts: Scripts) -> None:
    conversion = convert(SERVED)
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(SERVED, conversion.text)
    assert {"first", "second_score", "third", "fourth", "scores", "found"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_functions_of_one_file_that_train_differently_have_names_of_their_own(
    scripts: Scripts,
) -> None:
    """All call their model `model`: five ways to train it, and three ways to add to its loss."""
    kinds = [
        ("kernel_regularizer=regularizers.L2(0.125)", '"sgd", "mse"'),
        ("kernel_regularizer=regularizers.L1(0.25)", '"sgd", "mae", metrics=["mse"]'),
        ("bias_regularizer=regularizers.L1L2(0.125, 0.25)", '"sgd", "mse", metrics=["mae"]'),
        ("kernel_constraint=keras.constraints.MaxNorm(0.5)", '"sgd", "mse", metrics=["mape"]'),
        ("kernel_constraint=keras.constraints.NonNeg()", '"sgd", "mae", metrics=["msle"]'),
    ]
    text = HEAD + "".join(
        f"def train_{number}():\n"
        f"    dense = layers.Dense(4, {option})\n"
        "    model = keras.Sequential([keras.Input((8,)), dense, layers.Dense(1)])\n"
        f"    model.compile({compiled})\n"
        "    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history\n\n\n"
        for number, (option, compiled) in enumerate(kinds)
    )
    text += "".join(f"history_{number} = train_{number}()\n" for number in range(len(kinds)))
    apart = scripts.compare(text, convert(text).text)
    assert {f"history_{number}" for number in range(len(kinds))} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_lists_of_models_stay_where_other_models_become_classes() -> None:
    text = f"""{HEAD}
plain = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
models = [build(4), build(8)]
table = {{"plain": plain, "other": build()}}
print(len(models))
"""
    converted = convert(text).text
    assert "models = [build(4), build(8)]\n" in converted
    assert 'table = {"plain": plain, "other": build()}\n' in converted
