"""Builders that take the shape of their Input from the model that they get."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

TEXT = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(20, 4)


def make_base(size):
    inputs = keras.Input((size,))
    return keras.Model(inputs, layers.Dense(3, activation="relu")(inputs))


def add_head(base, units):
    inputs = keras.Input(base.input_shape[1:])
    both = layers.concatenate([base(inputs), layers.Dense(2)(inputs)])
    return keras.Model(inputs, layers.Dense(units)(both))


model = add_head(make_base(4), 1)
model.compile("sgd", "mse")
losses = model.fit(x, x.sum(1), epochs=2, shuffle=False, verbose=0).history["loss"]
"""


def test_the_call_of_a_builder_tells_the_shape(scripts: Scripts) -> None:
    apart = scripts.compare(TEXT, converted(TEXT, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_bases_of_two_shapes_are_said() -> None:
    said = convert(TEXT + "other = add_head(make_base(6), 1)\n").diagnostics
    assert any("need different classes" in d.message for d in said)


def test_a_size_that_is_another_one_later_is_said() -> None:
    text = TEXT.replace("(size,))\n", "(size,))\n    size = size * 2\n")
    assert any("an Input whose shape is not known" in d.message for d in convert(text).diagnostics)


TWINS = """\
import numpy as np
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Dense, Flatten, Input, Lambda
from tensorflow.keras.models import Model

rng = np.random.RandomState(0)
pairs = rng.rand(40, 2, 5)
same = rng.randint(0, 2, 40).astype(float)


def distance(vectors):
    x, y = vectors
    return K.sqrt(K.maximum(K.sum(K.square(x - y), axis=1, keepdims=True), K.epsilon()))


def create_base(input_shape):
    inputs = Input(shape=input_shape)
    x = Dense(8, activation="relu")({taken})
    return Model(inputs, Dense(4, activation="tanh")(x))


base = create_base((5,))
left, right = Input(shape=(5,)), Input(shape=(5,))
model = Model([left, right], Lambda(distance)([base(left), base(right)]))
model.compile("sgd", "mse")
losses = model.fit([pairs[:, 0], pairs[:, 1]], same, epochs=2, verbose=0).history["loss"]
"""


@pytest.mark.parametrize("taken", ["inputs", "Flatten()(inputs)"])
def test_a_model_gives_as_many_axes_as_it_takes(taken: str, scripts: Scripts) -> None:
    text = TWINS.format(taken=taken)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart
