"""Layers that are frozen, or not any more, once something that has them was trained."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

START = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import BatchNormalization, Dense, Input

random = np.random.RandomState(0)
x, y = random.rand(40, 6), random.rand(40, 1)


"""
OLD = 'old = keras.Sequential([Input((6,)), Dense(5, name="a"), Dense(4, name="b"), Dense(1)])\n'
FIT = '{0}.compile("sgd", "mse")\n{1} = {0}.fit(x, y, epochs=2).history["loss"]\n'
FIRST, SECOND = FIT.format("old", "first"), FIT.format("new", "second")
OF_OLD = "new = keras.Sequential(old.layers[:-1] + [Dense(1)])\nnew.layers[0].trainable = False\n"
BY_NAME = """\
new = keras.Model(old.inputs, Dense(1)(old.get_layer("b").output))
new.get_layer("a").trainable = False
"""
AGAIN = 'new.get_layer("a").trainable = True\n' + FIT.format("new", "third")
SHARED = """\
layer = Dense(5)
old = keras.Sequential([Input((6,)), layer, Dense(1)])
new = keras.Sequential([Input((6,)), layer, Dense(2), Dense(1)])
"""
INSIDE = """\
base = keras.Sequential([Input((6,)), Dense(5), Dense(4)])
new = keras.Sequential([Input((6,)), base, Dense(1)])
"""
BASE = """\
def build():
    base = keras.Sequential([Dense(5, input_shape=(6,)), BatchNormalization()], name="base")
    base.trainable = False
    inputs = Input((6,))
    return keras.Model(inputs, Dense(1)(base(inputs))), base


new, base = build()
"""
BY_ITSELF = """\
def make_base():
    made = keras.Sequential([Dense(5, input_shape=(6,)), BatchNormalization()])
    made.trainable = False
    return made


base = make_base()
new = keras.Sequential([base, Dense(1)])
"""


@pytest.mark.parametrize(
    "program",
    [
        OLD + FIRST + OF_OLD + SECOND,
        OLD + FIRST + BY_NAME + SECOND,
        OLD + FIRST + BY_NAME + SECOND + AGAIN,
        SHARED + FIRST + "new.layers[0].trainable = False\n" + SECOND,
        INSIDE + SECOND + "base.layers[0].trainable = False\n" + FIT.format("new", "third"),
        BASE + SECOND + "base.trainable = True\n" + FIT.format("new", "third"),
        BY_ITSELF + SECOND,
        BY_ITSELF + SECOND + "base.trainable = True\n" + FIT.format("new", "third"),
    ],
)
def test_what_has_trained_by_then_was_not_frozen(program: str, scripts: Scripts) -> None:
    found = convert(START + program, Options(exact=True))
    assert not [d for d in found.diagnostics if d.severity is Severity.ERROR]
    assert "T2T304" not in {d.code for d in found.diagnostics}
    differences = scripts.compare(START + program, found.text)
    assert {"first", "second", "third"} & differences.keys()
    assert max(differences.values()) < 1e-9, differences


STILL = "new = keras.Sequential([Input((6,)), Dense(4), {norm}, Dense(1)])\n"
BUILT = f"def build():\n    {STILL.replace('new =', 'return')}\n\nnew = build()\n"
MADE = "BatchNormalization(trainable=False)"
OF_EACH = "for layer in new.layers:\n    layer.trainable = True\n"


@pytest.mark.parametrize("keras", ["2", "3", "auto"])
@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("norm = BatchNormalization()\nnorm.trainable = False\n", "norm.trainable = True\n"),
        (STILL.format(norm=MADE), OF_EACH),
        (STILL.format(norm=MADE), "new.trainable = True\n"),
        (BUILT.format(norm=MADE), OF_EACH),
    ],
)
def test_normalization_that_is_made_frozen_is_not_trained_later(
    made: str, said: str, keras: str
) -> None:
    program = made if "new = " in made else made + STILL.format(norm="norm")
    text = START + program + SECOND + said + FIT.format("new", "third")
    found = convert(text, Options(keras=keras))
    assert [d for d in found.diagnostics if d.severity is Severity.ERROR]
    before = convert(START + program + SECOND, Options(exact=True, keras=keras))
    assert not [d for d in before.diagnostics if d.severity is Severity.ERROR]


def test_a_function_that_freezes_is_called_again() -> None:
    text = START + BASE + "other, its = build()\n" + SECOND + "base.trainable = True\n" + SECOND
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert said
