"""Sums, on all GPUs; the strategy needs no name."""

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.random((120, 6))
y = x.sum(axis=1)

with tf.distribute.MirroredStrategy().scope():
    inputs = layers.Input((6,))
    hidden = inputs
    # as deep as it has to be
    for units in (8, 8):
        hidden = layers.Dense(units, activation="relu")(hidden)
    outputs = layers.Dense(1)(hidden)
    model = tf.keras.Model(inputs, outputs)
    model.compile(optimizer="sgd", loss="mse", metrics=["mae"])

    history = model.fit(x, y, batch_size=24, epochs=3, verbose=2)
    errors = history.history["mae"]
