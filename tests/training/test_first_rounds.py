"""Loops whose first round takes something else than the others."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.source.rewritings.first_rounds import first_rounds

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(40, 4)


def build(depth, units=5):
    inputs = keras.Input((4,))
    {before}
    for i in range({rounds}):
        if {first}:
            h = layers.Dense(units, activation="relu")({taken})
        else:
            h = layers.Dense({more}, activation="relu")(h)
        {after}
    return keras.Model(inputs, layers.Dense(1)(h))


model = build(3)
model.compile("sgd", "mse")
losses = model.fit(x, x.sum(1), batch_size=16, epochs=2, verbose=0).history["loss"]
"""
PLAIN = {
    "before": "",
    "rounds": "depth",
    "first": "i == 0",
    "taken": "inputs",
    "more": "units",
    "after": "",
}


@pytest.mark.parametrize(
    "changes",
    [{}, {"first": "not i"}, {"after": "h = layers.Dropout(0.0)(h)"}, {"rounds": "3"}],
)
def test_it_is_taken_before_them(changes: dict[str, str], scripts: Scripts) -> None:
    text = PROGRAM.format(**PLAIN | changes)
    assert first_rounds(text) is not None
    after = converted(text, Options(exact=True))
    assert "if" not in after.split("def forward")[1].split("return")[0]
    apart = scripts.compare(text, after)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_comments_stay() -> None:
    text = PROGRAM.format(**PLAIN | {"taken": "inputs)  # what it takes\n            # behind it"})
    text = text.replace("behind it)", "behind it").replace(
        "        else:", "        else:  # later"
    )
    made = first_rounds(text)
    assert made is not None
    for said in ("# what it takes", "# behind it", "# later"):
        assert made.text.count(said) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"first": "i == 1"},
        {"first": "depth == 0"},
        {"taken": "inputs + 1"},
        {"taken": "other(inputs)"},
        {"more": "units + 1"},
        {"before": "h = None"},
        {"before": "global h"},
        {"rounds": "1, depth"},
        {"rounds": "size(h)"},
        {"first": "i == 0:  # the first one\n            pass\n        if i == 0"},
    ],
)
def test_other_loops_stay(changes: dict[str, str]) -> None:
    assert first_rounds(PROGRAM.format(**PLAIN | changes)) is None


def test_a_loop_of_something_else_is_none_of_its_business() -> None:
    text = (
        "def f(n, start):\n    for i in range(n):\n        if i == 0:\n            x = g(start)\n"
    )
    text += "        else:\n            x = g(x)\n    return x\n"
    assert first_rounds(text) is None
    assert first_rounds(text.replace("g(", "layers.ReLU()(")) is not None
