"""What is emitted is called otherwise where the program has a variable of that name."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

DATA = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.utils import to_categorical as rows

rng = np.random.default_rng(0)
x, labels = rng.normal(size=(40, 5)), list(rng.integers(0, 3, 40))
"""
#: The data are read by the class, by what stays and by what trains.
IN_A_BUILDER = """\
to_categorical = rows(labels)
x_train, y_train = x[:30], to_categorical[:30]


def build():
    model = keras.Sequential()
    model.add(keras.layers.Dense(8, input_shape=(5,)))
    model.add(keras.layers.Dense(len(to_categorical[0]), activation="softmax"))
    model.compile("adam", "categorical_crossentropy")
    return model


model = build()
model.fit(x_train, y_train, epochs=2, validation_data=(x, to_categorical), shuffle=False)
"""
IN_A_CLASS = """\
to_categorical = rows(labels)


class Net:
    def __init__(self):
        self.model = keras.Sequential(
            [keras.Input((5,)), keras.layers.Dense(to_categorical.shape[1], activation="softmax")]
        )
        self.model.compile("adam", "categorical_crossentropy")

    def train(self):
        return self.model.fit(x, to_categorical, epochs=2, shuffle=False)


losses = Net().train().history["loss"]
"""
OF_TRAINING = """\
KerasAdam, train_epoch, evaluate, predict = 3, 4, 5, 6
model = keras.Sequential(
    [keras.Input((5,)), keras.layers.Dense(KerasAdam), keras.layers.Dense(train_epoch)]
)
model.compile("adam", "mse")
model.fit(x, x[:, :train_epoch], epochs=evaluate, batch_size=predict, shuffle=False)
score = model.evaluate(x, x[:, :train_epoch], batch_size=evaluate)
outputs = model.predict(x, batch_size=predict) + predict
"""


@pytest.mark.parametrize(
    "program", [IN_A_BUILDER, IN_A_CLASS, OF_TRAINING], ids=["builder", "class", "training"]
)
def test_variables_keep_their_names(program: str, scripts: Scripts) -> None:
    text = DATA + program
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


OWN_FUNCTION = """\
def to_categorical(labels):
    return np.eye(3)[labels]


model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", "categorical_crossentropy")
model.fit({given}, validation_data=(x, to_categorical(labels)))
"""


def test_functions_that_are_called_alike_are_told_apart_or_said() -> None:
    both = convert(DATA + OWN_FUNCTION.format(given="x, rows(labels)"))
    assert "T2T104" in {d.code for d in both.diagnostics if d.severity == "error"}
    alone = convert(DATA + OWN_FUNCTION.format(given="x, to_categorical(labels)"))
    assert not any(d.severity == "error" for d in alone.diagnostics)
    assert alone.text.count("def to_categorical(") == 1
