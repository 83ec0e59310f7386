"""Small programs that changed ones were cut down to: they were converted to something else."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(20, 4))
y = rng.integers(0, 2, size=(20, 1))
"""
MODEL = f"""{HEAD}
base = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization()])
inputs = keras.Input((4,))
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(base(inputs)))
"""
TRAIN = """\
model.compile("sgd", "binary_crossentropy")
history = model.fit(x, y, epochs=2, verbose=0)
"""

EQUAL = {
    "places of layers count the input, which has two names": (
        f"{HEAD}inputs = keras.Input((4,))\nh = inputs\nh = layers.Dense(3)(h)\n"
        "model = keras.Model(inputs, layers.Dense(1, activation='sigmoid')(h))\n"
        f"model.layers[1].trainable = False\n{TRAIN}"
    ),
    "a frozen part of a part normalizes as in inference": (
        f"{MODEL}base.trainable = False\nmodel = keras.Sequential([model])\n{TRAIN}"
    ),
    "no epoch validates, and a callback looks at that": MODEL
    + TRAIN.replace(
        "epochs=2",
        "epochs=2, validation_data=(x, y), validation_freq=3, "
        "callbacks=[keras.callbacks.EarlyStopping(patience=0)]",
    ),
    "a function asks a global entry of a list": (
        "asked = []\ndef run():\n    asked.append(nets[0].predict(x))\n\n\n"
        f"{MODEL}{TRAIN}nets = [model]\nfor _ in range(2):\n    run()\nouts = asked[0] + asked[1]\n"
    ),
    "a number that a function gets, which changes a copy of an array": (
        f"{HEAD}units = 3\ndef train(model, x, units):\n    x = x.astype('float64')\n    x /= 2\n"
        "    model.compile('sgd', 'binary_crossentropy')\n"
        "    return model.fit(x, y, epochs=2, verbose=0).history['loss'], units\n"
        "model = keras.Sequential([keras.Input((4,)), layers.Dense(units)])\n"
        "model.add(layers.Dense(1, activation='sigmoid'))\nlosses, _ = train(model, x, units)\n"
    ),
    "labels near to 0 and 1 have the weights of these": MODEL
    + TRAIN.replace("x, y,", "x, np.where(y > 0, 0.875, 0.125), class_weight={0: 1.0, 1: 3.0},"),
}
REFUSED = {
    "it is compiled in a condition that adds its last layer": (
        f"{HEAD}model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])\n"
        "if len(x) > 3:\n    model.add(layers.Dense(1, activation='sigmoid'))\n    "
        + TRAIN.replace("\n", "\n    ", 1),
        "the model is not complete yet",
    ),
    "classes of a single output": (
        MODEL + TRAIN.replace("binary", "categorical"),
        "categorical_crossentropy of one output",
    ),
    "a place among layers of which but the last is known": (
        f"{HEAD}inputs = keras.Input((4,))\nh = layers.Dense(4)(inputs)\n"
        "h = layers.Add()([h, inputs])\noutputs = layers.Dense(1)(h)\n"
        f"model = keras.Model(inputs, outputs)\nmodel.layers[1].trainable = False\n{TRAIN}",
        "`model.layers` is left as it is",
    ),
    "layers of a model whose variable is another one": (
        f"{HEAD}inputs = keras.Input((4,))\ncode = layers.Dense(3)(inputs)\n"
        "encoder = keras.Model(inputs, code)\nencoder = keras.Sequential([encoder])\n"
        f"model = keras.Model(inputs, layers.Dense(1)(code))\n{TRAIN}print(encoder.predict(x))\n",
        "a model that `encoder` no longer is",
    ),
}


@pytest.mark.parametrize("text", EQUAL.values(), ids=EQUAL)
def test_trains_equally(text: str, scripts: Scripts) -> None:
    apart = scripts.compare(text, converted(text, Options(keras="3", exact=True)))
    assert any("weight" in name for name in apart)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(("text", "why"), REFUSED.values(), ids=REFUSED)
def test_is_refused(text: str, why: str) -> None:
    found = convert(text, Options(keras="3")).diagnostics
    said = [d.message for d in found if d.severity is Severity.ERROR]
    assert any(why in message for message in said), said


def test_a_model_takes_the_name_of_the_one_inside_of_it() -> None:
    """`base` is a layer of `base`: of what was called so before."""
    text = f"{MODEL}model.trainable = True\nmodel = keras.Sequential([model])\n{TRAIN}"
    assert "Model2(model)" in converted(text, Options(keras="3", exact=True))


ASKED = """\
other = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
other.compile(keras.optimizers.SGD(0.5), "mse")
other.fit(x, y, verbose=0)
"""


@pytest.mark.parametrize(
    "asks",
    [
        "model.optimizer.learning_rate = other.optimizer.learning_rate / 2\n",
        "model.optimizer.learning_rate.assign(other.optimizer.learning_rate * 2)\n",
        "rate = keras.callbacks.LearningRateScheduler(lambda e: other.count_params() / 1e3)\n",
    ],
)
def test_what_is_asked_in_what_is_written_anew_is_said(asks: str) -> None:
    train = TRAIN.replace("verbose=0", "verbose=0, callbacks=[rate]" if "rate = k" in asks else "")
    model = MODEL + TRAIN.partition("\n")[0] + f"\n{ASKED}{asks}" + train.partition("\n")[2]
    said = [d.message for d in convert(model).diagnostics if d.severity is Severity.ERROR]
    assert any("the model is an nn.Module now" in message for message in said), said
