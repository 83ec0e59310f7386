"""Loops over classes of optimizers, of which each round makes one, and losses of any form."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.source.rewritings.picked_classes import made_where_picked

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.optimizers import SGD, Adam, schedules

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 6)), rng.normal(size=(24, 1))
rate = 0.1


def model():
    return keras.Sequential([layers.Input((6,)), layers.Dense(1)])
"""
LOOPS = """

losses = []
for kind in (Adam, keras.optimizers.RMSprop):
    net = model()
    net.compile(kind(rate / 2), "mse")
    losses += net.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]
for name, kind, given in [("adam", Adam, 0.02), ("sgd", SGD, rate)]:
    net = model()
    optimizer = kind(learning_rate=given)
    net.compile(optimizer, "mse")
    losses += net.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]
    print(name, given)


def main():
    found = []
    for kind, options in [(Adam, {"learning_rate": 0.01}), (SGD, dict(momentum=0.5, clipnorm=0.1))]:
        net = model()
        net.compile(kind(**options), "mse")
        found += net.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]
    return found


inside = main()


def decaying(staircase, cycle):
    net = model()
    net.compile(SGD(schedules.ExponentialDecay(0.1, 4, 0.9, staircase=staircase)), "mse")
    found = net.fit(x, y, batch_size=8, epochs=3, verbose=0).history["loss"]
    net = model()
    net.compile(SGD(schedules.PolynomialDecay(0.1, 4, 0.01, power=2.0, cycle=cycle)), "mse")
    return found + net.fit(x, y, batch_size=8, epochs=3, verbose=0).history["loss"]


for label, loss in [("squares", "mse"), ("robust", keras.losses.Huber(0.5))]:
    net = model()
    net.compile("sgd", loss=loss)
    losses += net.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]
    print(label)
decayed = decaying(True, False) + decaying(False, True)
"""


def test_each_round_makes_its_own(scripts: Scripts) -> None:
    result = converted(HEAD + LOOPS, Options(exact=True))
    assert "lambda step: 0.9 ** (step // 4 if staircase else step / 4)" in result
    assert "optimizer = kind(net.parameters())" in result
    assert '[("squares", nn.MSELoss()), ("robust", nn.HuberLoss(delta=0.5))]' in result
    differences = scripts.compare(HEAD + LOOPS, result)
    assert {"losses", "inside", "decayed"} <= differences.keys()
    assert max(differences.values()) < 1e-9, differences


LOOP = """

def fit(net):
    return net.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]


for kind in (Adam, SGD):
    net = model()
    net.compile(kind(rate), "mse")
    fit(net)
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    fit(net)\n", "    fit(net)\n    rate /= 2\n"),
        ("    fit(net)\n", "    fit(net)\n    print(kind.__name__)\n"),
        ("    fit(net)\n", "    fit(net)\n    other = kind(0.2)\n"),
        ("kind(rate)", "kind(next(rates))"),
        ("kind(rate)", "kind(options.rate)"),  # of an object that a call may change
        ("    net = model()\n    net", "    for net in (model(), model()):\n        net"),
        ("(Adam, SGD)", "KINDS"),
        ("(Adam, SGD)", '(Adam, "sgd")'),
    ],
)
def test_what_rounds_may_do_differently_is_left(old: str, new: str) -> None:
    text = HEAD + LOOP.replace("    fit(net)\n", "    fit(net)\n    fit(options)\n")
    assert made_where_picked(text) is not None
    changed = text.replace(old, new)
    assert changed != text
    assert made_where_picked(changed) is None


@pytest.mark.parametrize("more", ["    print(loss)\n", "    loss = pair[0]\n"])
def test_strings_that_are_used_besides_stay(more: str) -> None:
    loop = 'for loss in ["mse", keras.losses.Huber(0.5)]:\n' + more
    if "pair" in more:
        loop = 'for pair in [("mse", "a"), (keras.losses.Huber(0.5), "b")]:\n' + more
    text = f"{HEAD}\n\n{loop}    net = model()\n    net.compile('sgd', loss=loss)\n"
    text += "    net.fit(x, y, batch_size=8, epochs=1, verbose=0)\n"
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)


NAMED = """\
KINDS = {table}
losses = []
for {head}:
    net = model()
    net.compile(optimizer={made}, loss="mse")
    losses.append(net.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"])
"""
ITEMS = "name, kind in KINDS.items()"
#: What holds the classes, the head of the loop, and what makes one.
TABLES = [
    ('{"adam": Adam, "sgd": SGD}', ITEMS, "kind(learning_rate=rate)"),
    ("dict(adam=Adam, sgd=SGD)", ITEMS, "kind(0.01)"),
    ("[Adam, keras.optimizers.RMSprop]", "kind in KINDS", "kind(rate / 2)"),
    ('[("adam", Adam, 0.02), ("sgd", SGD, 0.1)]', "name, kind, lr in KINDS", "kind(lr)"),
    ('{"a": lambda: Adam(0.02), "b": lambda: SGD(0.1, momentum=0.5)}', ITEMS, "kind()"),
    ("[lambda: Adam(0.02), lambda: SGD(0.1, momentum=0.5)]", "kind in KINDS", "kind()"),
]


@pytest.mark.parametrize(("table", "head", "made"), TABLES)
def test_what_they_are_listed_in_may_have_a_name(
    table: str, head: str, made: str, scripts: Scripts
) -> None:
    text = HEAD + NAMED.format(table=table, head=head, made=made)
    result = converted(text, Options(exact=True))
    assert "optimizer = kind(net.parameters())\n" in result
    assert scripts.compare(text, result)["losses"] < 1e-9


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("losses = []", "losses = []\nprint(KINDS)"),
        ("losses = []", "losses = []\nrate = 0.2"),
        ("    net = model()\n", "    net = model()\n    rate /= 2\n"),
        ("(learning_rate=rate)", "(learning_rate=options['rate'])"),
        ("KINDS = ", "def other():\n    return KINDS\n\n\nKINDS = "),
        ('"sgd": SGD', '"sgd": lambda: SGD(0.1)'),
        ("(learning_rate=rate)", "(**options)"),
    ],
)
def test_named_lists_that_may_be_something_else_are_left(old: str, new: str) -> None:
    table, head, made = TABLES[0]
    text = HEAD + NAMED.format(table=table, head=head, made=made)
    assert made_where_picked(text) is not None
    changed = text.replace(old, new)
    assert changed != text
    assert made_where_picked(changed) is None
