"""Layers of functional models by their place, as `model.layers` numbers them."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
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


NESTED = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import Dense, Embedding, Flatten, Input

x = np.random.RandomState(0).randint(0, 10, (40, 5))
y = np.random.RandomState(1).rand(40)
words = Input((5,))
score = Dense(1, name="score")(Flatten()(Embedding(10, 4, name="words")(words)))
model = keras.Model(words, score)
model.compile("sgd", "mse")
losses = model.fit(x, y, epochs=2, verbose=0).history["loss"]
vectors = model.get_layer("words").get_weights()[0]
kernel, bias = model.get_layer("score").get_weights()
"""


def test_layers_whose_outputs_have_no_name_are_found_by_their_own(scripts: Scripts) -> None:
    made = convert(NESTED, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(NESTED, made.text)
    assert {"losses", "vectors", "kernel", "bias"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
    more = 'part = keras.Model(model.input, model.get_layer("words").output)\n'
    assert [d for d in convert(NESTED + more).diagnostics if d.severity is Severity.ERROR]


TOGETHER = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(40, 8)


def build(depth, width):
    hidden = [layers.Dense(width, "relu") for _ in range(depth)]
    stack = [layers.Input((8,))] + hidden + [layers.Dropout(0.0), layers.Dense(1)]
    return keras.Sequential(stack)


model = build(2, 5)
model.compile("sgd", "mse")
losses = model.fit(x, x[:, 0], epochs=2, verbose=0).history["loss"]
"""


def test_lists_of_layers_are_put_together(scripts: Scripts) -> None:
    made = convert(TOGETHER, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(TOGETHER, made.text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart
    twice = TOGETHER.replace("+ hidden +", "+ hidden + hidden +")
    found = convert(twice).diagnostics
    assert any("a list of layers is called in two loops" in d.message for d in found)


INLINE = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
images, labels = rng.rand(24, 6, 6, 1), rng.randint(0, 3, 24)
inputs = keras.Input((6, 6, 1))
x = layers.Conv2D(4, 3)(inputs)
x = layers.ReLU()(x)
x = layers.Conv2D(4, 3, activation="relu", name="last")(x)
base = keras.Model(inputs, {pooled})
inputs = keras.Input((6, 6, 1))
model = keras.Model(inputs, layers.Dense(3, activation="softmax")(base(inputs)))
{freeze}
model.compile("sgd", "sparse_categorical_crossentropy")
losses = model.fit(images, labels, epochs=2, batch_size=8, verbose=0).history["loss"]
"""


@pytest.mark.parametrize(
    "pooled",
    ["layers.GlobalAveragePooling2D()(x)", "layers.Flatten()(layers.MaxPooling2D(2)(x))"],
)
@pytest.mark.parametrize(
    "freeze",
    [
        "for layer in base.layers[:2]:\n    layer.trainable = False",
        "for layer in base.layers:\n    layer.trainable = layer.name == 'last'",
    ],
)
def test_a_layer_that_is_called_in_an_argument_is_one_of_them(
    pooled: str, freeze: str, scripts: Scripts
) -> None:
    program = INLINE.format(pooled=pooled, freeze=freeze)
    conversion = convert(program)
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "requires_grad_(False)" in conversion.text
    apart = scripts.compare(program, conversion.text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart
