"""One expert for each part of the input."""

from tensorflow import keras
from tensorflow.keras import layers


def build(parts=3, size=4, last_only=False):
    inputs = keras.Input((parts, size))
    outputs = []
    for i in range(parts):
        x = layers.Dense(8, activation="relu")(inputs[:, i])
        outputs.append(x)
    x = layers.Concatenate()(outputs)
    if last_only:
        x = x[:, -8:]
    return keras.Model(inputs, layers.Dense(1)(x))


model = build()
last = build(parts=2, last_only=True)
