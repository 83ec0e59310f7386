"""Generators that give what scikit-learn shuffles together: a list, which Keras 2 takes."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

PROGRAM = """\
import numpy as np
import sklearn.utils
from sklearn.utils import shuffle
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))


def batches(size=8):
    while True:
        for begin in range(0, len(x), size):
            inputs, targets = x[begin : begin + size], y[begin : begin + size]
            yield {given}


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(batches(), steps_per_epoch=3, epochs=2, verbose=0).history
"""


@pytest.mark.parametrize(
    "given",
    [
        "shuffle(inputs, targets, random_state=0)",
        "sklearn.utils.shuffle(inputs, targets, random_state=0)",
    ],
)
def test_they_are_inputs_and_targets(given: str, scripts: Scripts) -> None:
    text = PROGRAM.format(given=given)
    result = converted(text, Options(exact=True, keras="2"))
    assert "for x, y in batches:\n" in result
    assert max(scripts.compare(text, result, keras="2").values()) < 1e-9
