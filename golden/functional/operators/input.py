"""A highway layer and a scaled residual, with operators on tensors."""

import tensorflow as tf
from tensorflow.keras import layers


def highway(x, units):
    gate = layers.Dense(units, activation="sigmoid")(x)
    candidate = layers.Dense(units, activation="relu")(x)
    # Carry what isn't transformed
    return gate * candidate + (1 - gate) * x


inputs = tf.keras.Input((16,))
x = highway(inputs, 16)
x = highway(x, 16)
x = x + 0.1 * layers.Dense(16)(x)
x = -x / 2.0
outputs = layers.Dense(1)(x**2)
model = tf.keras.Model(inputs, outputs)
