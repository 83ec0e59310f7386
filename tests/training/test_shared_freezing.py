"""Layers that are frozen by another model that has them, too."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(40, 3)
inputs = keras.Input((3,))
hidden = layers.Dense(4, activation="tanh")(inputs)
model = keras.Model(inputs, layers.Dense(1)(hidden))
other = keras.Model({other})
{said}
model.compile("sgd", "mse")
losses = model.fit(x, x.sum(1), batch_size=8, epochs=2, verbose=0).history["loss"]
"""
ALL, PART = "model.inputs, model.outputs", "inputs, hidden"


@pytest.mark.parametrize(
    ("other", "said", "wanted"),
    [
        (ALL, "other.trainable = False", "a model that has all of its layers is not trainable"),
        (ALL, "other.trainable = False\nmodel.trainable = True", "Keras 3 takes no notice"),
        (PART, "other.trainable = False\nmodel.trainable = True", "Keras 3 takes no notice"),
    ],
)
def test_what_keras_does_not_train_is_said(other: str, said: str, wanted: str) -> None:
    found = convert(PROGRAM.format(other=other, said=said)).diagnostics
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert any(wanted in message for message in errors), errors


@pytest.mark.parametrize(
    "said",
    ["other.trainable = False", "other.trainable = False\nother.trainable = True", ""],
)
def test_what_it_trains_is_trained(said: str, scripts: Scripts) -> None:
    text = PROGRAM.format(other=PART, said=said)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


BUILT = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def build():
    inputs = keras.Input((3,))
    return keras.Model(inputs, layers.Dense(1)(layers.Dense(4)(inputs)))


x = np.random.RandomState(0).rand(40, 3)
critic = build()
critic.compile("sgd", "mse")
still = keras.Model(critic.inputs, critic.outputs)
still.trainable = False
z = keras.Input((2,))
both = keras.Model(z, still(layers.Dense(3)(z)))
both.compile("sgd", "mse")
critic.train_on_batch(x, x.sum(1))
both.train_on_batch(x[:, :2], x.sum(1))
"""


@pytest.mark.parametrize("keras", ["auto", "2", "3"])
def test_a_frozen_view_of_what_a_function_gives(keras: str) -> None:
    found = convert(BUILT, Options(keras=keras)).diagnostics
    said = [d.message for d in found if d.severity is Severity.ERROR]
    wanted = "trains on without" if keras == "2" else "would train nothing"
    assert any(wanted in message for message in said), said
