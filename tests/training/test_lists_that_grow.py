"""Lists of layers and of sizes that change after they are made."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow.keras import Model, Sequential, layers

x = np.random.RandomState(0).rand(5, 3)


"""
LAYERS = """\
def starred(widths):
    hidden = [layers.Dense(w, activation="relu") for w in widths]
    return Sequential([layers.Input((3,)), *hidden, layers.Dense(2)])


def added(widths):
    stack = [layers.Input((3,))]
    for w in widths:
        stack += [layers.Dense(w), layers.ReLU()]
    stack += [layers.Dense(2)]
    return Sequential(stack)


def appended(widths):
    stack = [layers.Dense(w) for w in widths]
    stack.append(layers.Dense(2))
    stack.extend([layers.ReLU(), layers.Dense(3)])
    h = inp = layers.Input((3,))
    for layer in stack:
        h = layer(h)
    return Model(inp, h)


def comprehended(widths):
    stack = [layers.LayerNormalization()]
    stack += [layers.Dense(w) for w in widths]
    h = inp = layers.Input((3,))
    for layer in stack:
        h = layer(h)
    return Model(inp, h)


a, b, c, d = starred([4, 5]), added([4, 5]), appended([4, 5]), comprehended([4, 5])
hidden = [layers.Dense(w) for w in (3, 4)]
hidden.append(layers.Dense(6))
e = Sequential([layers.Input((3,))] + hidden + [layers.Dense(1)])
pa, pb, pc, pd, pe = a.predict(x), b.predict(x), c.predict(x), d.predict(x), e.predict(x)
"""
SIZES = """\
options = {"units": 3, "use_bias": False, "activation": "relu"}
del options["use_bias"]
widths = [8, 4, 2]
del widths[0]


def build(opts, sizes):
    del opts["depth"]
    sizes = [7, *sizes]
    del sizes[0], sizes[0]
    h = inp = layers.Input((3,))
    for size in sizes:
        h = layers.Dense(size)(h)
    return Model(inp, layers.Dense(**options)(layers.Dense(opts["units"])(h)))


f = build({"units": 4, "depth": 2}, widths)
pf = f.predict(x)
"""
CHANGED = """\
def build(widths, more=False):
    stack = [layers.Dense(w) for w in widths]
    {change}
    h = inp = layers.Input((3,))
    for layer in stack:
        h = layer(h)
    return Model(inp, h)


model = build([4, 5])
"""


def errors(text: str) -> list[str]:
    return [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]


def test_what_is_added_and_deleted_counts(scripts: Scripts) -> None:
    text = HEAD + LAYERS + SIZES
    assert not errors(text)
    apart = scripts.compare(text, convert(text, Options(exact=True)).text)
    assert max(apart.values()) < 1e-9, apart
    assert {"pa", "pb", "pc", "pd", "pe", "pf"} <= apart.keys()


@pytest.mark.parametrize(
    "change",
    [
        "stack.insert(0, layers.LayerNormalization())",
        "stack.reverse()",
        "stack.pop(0)",
        "stack[0] = layers.LayerNormalization()",
        "del stack[0]",
        "other = stack\n    other.append(layers.Dense(2))",
        "if more:\n        stack.append(layers.Dropout(0.5))",
        "if more:\n        stack += [layers.Dropout(0.5)]",
        "stack *= 2",
    ],
)
def test_what_is_not_followed_is_said(change: str) -> None:
    assert errors(HEAD + CHANGED.format(change=change))


def test_tensors_that_are_deleted_from_a_list_are_refused() -> None:
    made = "[layers.Dense(2)(inp), layers.Dense(3)(inp)]"
    text = f"{HEAD}def build():\n    inp = layers.Input((3,))\n    feats = {made}\n"
    text += "    del feats[0]\n    return Model(inp, layers.concatenate(feats + [inp]))\n"
    assert any("is deleted" in message for message in errors(f"{text}\n\nm = build()\n"))


PAIRS = """pairs = []
for act in ["relu", "tanh"]:
    m = Sequential([layers.Input((3,)), layers.Dense(2, activation=act)])
    m.compile("sgd", "mse")
    pairs.append((m, m.fit(x, x[:, :2], shuffle=False)))
best, history = {}
score = best.evaluate(x, x[:, :2])
"""


@pytest.mark.parametrize(
    "taken", ["pairs[0]", "min(pairs, key=lambda p: p[1].history['loss'][-1])"]
)
def test_a_model_of_a_list_of_pairs_is_asked(taken: str, scripts: Scripts) -> None:
    program = HEAD + PAIRS.format(taken)
    assert not errors(program)
    apart = scripts.compare(program, convert(program, Options(exact=True)).text)
    assert "score" in apart
    assert max(apart.values()) < 1e-9, apart
