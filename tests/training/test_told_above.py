"""What the last looks at a converted file find is told in the file, too."""

from __future__ import annotations

import pytest

from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

x, y = np.zeros((8, 4)), np.zeros((8, 1))
rates = iter([0.3, 0.2, 0.1])
"""
TRAINED = """\
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=2)
"""
LOST = "slow = keras.optimizers.SGD(next(rates))\n"
TODO = "# TODO(tf2torch) T2T103: `next(rates)` is not evaluated any more, which changes what comes"
TODO += " after it\n"


@pytest.mark.parametrize("behind", ["# The end.\n", "print(x.shape)\n", ""])
def test_a_comment_stands_where_something_was(behind: str) -> None:
    made = convert(HEAD + TRAINED + LOST + behind).text
    assert made.endswith(TODO + behind), made


def test_a_comment_stands_above_a_whole_statement() -> None:
    behind = "print(\n    'A',\n)\n"
    made = convert(HEAD + LOST + behind + TRAINED).text
    assert TODO + behind in made, made


def test_a_comment_stands_before_what_has_changed() -> None:
    made = convert(HEAD + LOST + TRAINED).text
    assert HEAD.splitlines(keepends=True)[-1] + TODO in made, made
