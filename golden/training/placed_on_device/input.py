"""Two sizes of a network, each trained on the first GPU."""

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, models

rng = np.random.default_rng(0)
x = rng.random((60, 4))
y = x.prod(axis=1)


def build_model(units):
    with tf.device("/gpu:0"):
        inputs = layers.Input((4,))
        hidden = layers.Dense(units, activation="tanh")(inputs)
        return models.Model(inputs, layers.Dense(1)(hidden))


losses = []
for units in (4, 8):
    with tf.device("/gpu:0"):
        model = build_model(units)
        model.compile("sgd", "mse")
        # all of it in one batch
        history = model.fit(x, y, batch_size=60, epochs=3, verbose=0)
        losses.append(history.history["loss"][-1])
