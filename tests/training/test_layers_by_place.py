"""Layers of functional models by their place, as `model.layers` numbers them."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

TAKEN = """\
from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input((4,))
x = layers.Dense(8, activation="relu")(inputs)
{between}
outputs = layers.Dense(2)(x)
model = keras.Model(inputs, outputs)
part = keras.Model(model.input, model.layers[{place}].output)
"""


@pytest.mark.parametrize(
    ("between", "place", "last"),
    [
        ("x = layers.Dropout(0.5)(x)\nx = layers.Dense(6)(x)", -2, "self.dense_1(x)"),
        ("x = layers.Dropout(0.5)(x)\nx = layers.Dense(6)(x)", 1, "F.relu(self.dense(x))"),
        ("x = layers.BatchNormalization()(x)", 2, "self.batch_normalization(x)"),
    ],
)
def test_layers_in_a_row(between: str, place: int, last: str) -> None:
    """The input is the first of them."""
    conversion = convert(TAKEN.format(between=between, place=place))
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert conversion.text.count(f"return {last}") == 1


@pytest.mark.parametrize(
    "between",
    [
        "x = layers.Add()([x, layers.Dense(8)(x)])",  # Keras goes by the depth of each
        "x = x * 2",  # an operation is a layer, too
        "shared = layers.Dense(8)\nx = shared(x)\nx = shared(x)",
        "x = layers.Dense(8)(layers.Dense(3)(x))\nx = keras.layers.ReLU()(x) + x",
    ],
)
def test_others_are_left(between: str) -> None:
    """Where the order is not certain, nothing is guessed."""
    conversion = convert(TAKEN.format(between=between, place=-3))
    assert [d for d in conversion.diagnostics if d.severity is Severity.ERROR]


#: A Sequential of which a loop adds some of the layers.
LOOPED = """\
model = keras.Sequential()
model.add(keras.Input((4,)))
for _ in range(2):
    model.add(layers.Dense(4))
model.add(layers.Dense(3))
model.add(layers.Dense(1))
"""
IN_FUNCTION = f"""\
def build():
    {LOOPED.replace(chr(10), chr(10) + '    ').rstrip()}
    return model


model = build()
"""
HEAD = "from tensorflow import keras\nfrom tensorflow.keras import layers\n\n"


@pytest.mark.parametrize("made", [LOOPED, IN_FUNCTION], ids=["script", "function"])
@pytest.mark.parametrize(
    "asked",
    [
        "part = keras.Model(model.inputs, model.layers[0].output)\n",
        "part = keras.Model(model.inputs, model.layers[-2].output)\n",
        "for layer in model.layers[:-1]:\n    layer.trainable = False\n",
        "for layer in model.layers[:2]:\n    layer.trainable = False\n",
    ],
)
def test_those_of_a_loop_are_not_counted(made: str, asked: str) -> None:
    """How many they are is not known where it is asked."""
    conversion = convert(f"{HEAD}{made}{asked}")
    assert [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "requires_grad_" not in conversion.text


def test_the_one_behind_a_loop_is_the_last() -> None:
    conversion = convert(f"{HEAD}{LOOPED}part = keras.Model(model.inputs, model.layers[-1].output)")
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    part = conversion.text.partition("class Part(")[2]
    assert "return self.dense_1(x)\n" in part
    assert " in self.denses:\n" in part
