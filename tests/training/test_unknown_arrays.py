"""Arrays of which the program does not say how many axes they have."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts

TABULAR = """\
import numpy as np
from sklearn.datasets import load_iris
from tensorflow import keras
from tensorflow.keras import layers


def load(name):
    x, y = load_iris(return_X_y=True)
    return x, y


x, y = load("iris")
x = np.append(x, x[:30] + 0.1, axis=0)
y = np.append(y, y[:30], axis=0)
x = np.insert(x, 0, 1.0, axis=1)
model = keras.Sequential()
model.add(layers.Dense(8, activation="relu", input_shape=x.shape[1:]))
model.add(layers.Dense(3, activation="softmax"))
model.compile(keras.optimizers.SGD(0.1), {loss}, metrics=["accuracy"])
history = model.fit(x, y, epochs=2, validation_split=0.3, verbose=0)
results = history.history
scores = model.evaluate(x, y, verbose=0)
"""


@pytest.mark.parametrize(
    "loss",
    ['"sparse_categorical_crossentropy"', "keras.losses.SparseCategoricalCrossentropy()"],
)
def test_classes_of_samples_train_equally(loss: str, scripts: Scripts) -> None:
    text = TABULAR.replace("{loss}", loss)
    result = converted(text)
    apart = scripts.compare(text, result)
    assert {"results", "scores"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
