"""Losses that are made in turn for the outputs of a model, and functions with some arguments."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.source.rewritings.losses_in_turn import losses_in_turn

PROGRAM = """\
import functools
from functools import partial

import numpy as np
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), rng.rand(40, 1)
QUANTILES = [0.1, 0.5, 0.9]


{function}


inputs = keras.Input((4,))
z = layers.Dense(5, activation="tanh")(inputs)
outputs = [layers.Dense(1, name=f"q{{int(q * 100)}}")(z) for q in QUANTILES]
model = keras.Model(inputs, outputs)
{before}
model.compile("sgd", loss={loss})
history = model.fit(x, [y, y, y], batch_size=16, epochs=2, verbose=0).history
losses = history["q90_loss"]
"""
TILTED = """\
def tilted(q, y_true, y_pred):
    error = y_true - y_pred
    return K.mean(K.maximum(q * error, (q - 1) * error), axis=-1)"""
QUANTILE = """\
def quantile_loss(q):
    def loss(y_true, y_pred):
        error = y_true - y_pred
        return K.mean(K.maximum(q * error, (q - 1) * error), axis=-1)

    return loss"""
LOOP = "each = []\nfor q in QUANTILES:\n    each.append({})"
MADE = {
    "lambdas": (TILTED, "", "[lambda y, f, q=q: tilted(q, y, f) for q in QUANTILES]"),
    "partial": (TILTED, "", "[partial(tilted, q) for q in QUANTILES]"),
    "of a module": (TILTED, "", "[functools.partial(tilted, q) for q in QUANTILES]"),
    "listed": (TILTED, "", "[partial(tilted, 0.1), partial(tilted, 0.5), partial(tilted, 0.9)]"),
    "loop": (QUANTILE, LOOP.format("quantile_loss(q)"), "each"),
    "loop of lambdas": (TILTED, LOOP.format("lambda y, f, p=q: tilted(p, y, f)"), "each"),
    "loop over keys": (
        QUANTILE,
        'by = {}\nfor q in QUANTILES:\n    by[f"q{int(q * 100)}"] = quantile_loss(q)',
        "by",
    ),
    "variable": (QUANTILE, "each = [quantile_loss(q) for q in QUANTILES]", "each"),
    "list": (
        QUANTILE,
        "each = [quantile_loss(0.1), quantile_loss(0.5), quantile_loss(0.9)]",
        "each",
    ),
    "mapped": (QUANTILE, "", "list(map(quantile_loss, QUANTILES))"),
}  # fmt: skip


@pytest.mark.parametrize("case", MADE)
def test_each_output_has_its_own(case: str, scripts: Scripts) -> None:
    function, before, loss = MADE[case]
    text = PROGRAM.format(function=function, before=before, loss=loss)
    after = converted(text, Options(exact=True))
    assert "q90_criterion = " in after
    assert "each = [" not in after
    apart = scripts.compare(text, after)
    assert {"losses", "history"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("before", "loss"),
    [
        ("", "[lambda y, f: tilted(q, y, f) for q in QUANTILES]"),  # all are of the last round
        ("", "[lambda y, f, q=q: tilted(q, y, f) for q in QUANTILES if q]"),
        ("", "[quantile_loss(q), quantile_loss(q)]"),
        ("each = [quantile_loss(q) for q in QUANTILES]\nprint(each)", "each"),
        ("each = [quantile_loss(q) for q in sizes()]", "each"),
        ("a = [quantile_loss(q) for q in QUANTILES]\na = other", "a"),
        ("each = [quantile_loss(k)]\nk = 3", "each"),
        (LOOP.format("quantile_loss(q)") + "\nprint(q)", "each"),
        (LOOP.format("quantile_loss(q)") + "\n    print(1)", "each"),
        (LOOP.format("quantile_loss(q)") + "\neach.pop()", "each"),
        (
            "each = [quantile_loss(3)]\nfor q in QUANTILES:\n    each.append(quantile_loss(q))",
            "each",
        ),
        ("each = []\nfor q in QUANTILES:\n    other.append(quantile_loss(each))", "each"),
        ("if x:\n    each = [quantile_loss(q) for q in QUANTILES]", "each"),
    ],
)
def test_what_is_not_known_stays(before: str, loss: str) -> None:
    assert losses_in_turn(PROGRAM.format(function=TILTED, before=before, loss=loss), list) is None


@pytest.mark.parametrize(
    ("other", "stays"),
    [("from train import each\n", True), ("from train import *\n", True), ("import os\n", False)],
)
def test_what_other_files_name_stays(other: str, stays: bool) -> None:
    text = PROGRAM.format(function=QUANTILE, before=MADE["variable"][1], loss="each")
    assert (losses_in_turn(text, lambda: [other]) is None) is stays


def test_comments_stay() -> None:
    before = "# all\neach = []  # none yet\nfor q in QUANTILES:\n    # one\n"
    before += "    each.append(quantile_loss(q))  # more"
    made = losses_in_turn(PROGRAM.format(function=QUANTILE, before=before, loss="each"), list)
    assert made is not None
    for said in ("# all", "# none yet", "# one", "# more"):
        assert made.text.count(said) == 1


def test_a_partial_function_that_something_else_gets_is_said() -> None:
    text = PROGRAM.format(
        function=TILTED, before="", loss="[partial(tilted, q) for q in QUANTILES]"
    )
    text += "median = partial(tilted, 0.5)\nfound = sum(map(median, [y], [y]))\n"
    said = convert(text, Options(exact=True)).diagnostics
    assert any("tilted" in one.message for one in said if one.severity.name == "ERROR")


def test_one_of_its_own_for_all_outputs(scripts: Scripts) -> None:
    function = "def own(y_true, y_pred):\n    return K.mean(K.abs(y_true - y_pred), axis=-1)"
    text = PROGRAM.format(function=function, before="", loss="own")
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "history"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_targets_beside_others_may_lack_an_axis() -> None:
    function = "def own(y_true, y_pred):\n    return K.mean(K.abs(y_true - y_pred))"
    said = convert(PROGRAM.format(function=function, before="", loss="own")).diagnostics
    assert any("`own`: the targets are taken as a column" in d.message for d in said)
    single = PROGRAM.format(function=function, before="", loss="own")
    single = single.replace("(inputs, outputs)", "(inputs, outputs[0])")
    single = single.replace("[y, y, y]", "y").replace("q90_loss", "loss")
    assert not any("as a column" in d.message for d in convert(single).diagnostics)
