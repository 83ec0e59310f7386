"""Parameters of losses that are Keras's smallest number unless they are given."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
IMPORT


def dice_loss(y_true, y_pred, smooth=EPSILON):
    shared = keras.ops.sum(y_true * y_pred)
    return 1 - (2 * shared + smooth) / (keras.ops.sum(y_true) + keras.ops.sum(y_pred) + smooth)


rng = np.random.default_rng(0)
x = rng.normal(size=(40, 3))
y = (rng.random(size=(40, 1)) > 0.5).astype(float)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", dice_loss)
losses = model.fit(x, y, epochs=2, batch_size=16, verbose=0).history["loss"]
"""
FORMS = {
    "backend": ("from tensorflow.keras import backend as K", "K.epsilon()"),
    "module": ("import tensorflow as tf", "tf.keras.backend.epsilon()"),
    "config": ("", "keras.config.epsilon()"),
    "function": ("from tensorflow.keras.backend import epsilon", "epsilon()"),
}


@pytest.mark.parametrize("form", list(FORMS))
def test_the_number_is_written(form: str, scripts: Scripts) -> None:
    imports, epsilon = FORMS[form]
    program = PROGRAM.replace("IMPORT", imports).replace("EPSILON", epsilon)
    text = converted(program)
    assert "def dice_loss(y_true, y_pred, smooth=1e-07):\n" in text
    apart = scripts.compare(program, text)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("imports", "epsilon"),
    [
        ("from settings import epsilon", "epsilon()"),
        ("from keras import backend as K\nK.set_epsilon(1e-3)", "K.epsilon()"),
    ],
)
def test_another_number_is_not(imports: str, epsilon: str) -> None:
    program = PROGRAM.replace("IMPORT", imports).replace("EPSILON", epsilon)
    assert "1e-07" not in convert(program).text
