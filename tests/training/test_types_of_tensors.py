"""Losses that ask tensors for their types by Keras's backend."""

from __future__ import annotations

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

FOCAL = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import backend as K


def focal(gamma=2.0):
    def loss(y_true, y_pred):
        y_true = K.cast(y_true, K.dtype(y_pred))
        p = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())
        hit, missed = K.pow(1 - p, gamma) * K.log(p), K.pow(p, gamma) * K.log(1 - p)
        return K.mean(-y_true * hit - (1 - y_true) * missed, axis=-1)

    return loss


rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), (rng.rand(40, 1) > 0.5).astype(int)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", focal())
losses = np.array(model.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"])
"""


def test_targets_get_the_type_of_the_outputs(scripts: Scripts) -> None:
    text = converted(FOCAL, Options(keras="3", exact=True))
    assert ".dtype" not in text.partition("def focal")[2].partition("return loss")[0]
    apart = scripts.compare(FOCAL, text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart
