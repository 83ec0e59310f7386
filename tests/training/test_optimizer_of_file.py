"""Weights that are loaded where functions train: Keras's file has the optimizer's state, too."""

from __future__ import annotations

import pytest

from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 1))


def build():
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.05, momentum=0.8), "mse")
    return model


def train(model):
    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]


{rest}
"""
AGAIN = """\
def again(model):
    print("again")
    return train(model)


"""
AT_MODULE = """\
model = build()
train(model)
model.save_weights("w.weights.h5")
model.load_weights("w.weights.h5")
{after}"""
IN_MAIN = """\
def main():
    model = build()
    train(model)
    model.save_weights("w.weights.h5")
    model.load_weights("w.weights.h5")
    {after}


main()"""


@pytest.mark.parametrize("where", [AT_MODULE, IN_MAIN], ids=["module", "main"])
@pytest.mark.parametrize(
    ("after", "goes_on"),
    [
        ("train(model)", True),
        ("again(model)", True),
        ("print(model.evaluate(x, y, verbose=0))", False),
        ("print(model.predict(x, verbose=0).sum())", False),
    ],
)
def test_what_trains_behind_it_is_found(after: str, goes_on: bool, where: str) -> None:
    rest = (AGAIN if "again" in after else "") + where.format(after=after)
    said = convert(PROGRAM.format(rest=rest)).diagnostics
    assert any("in Keras the file brings back" in one.message for one in said) == goes_on
