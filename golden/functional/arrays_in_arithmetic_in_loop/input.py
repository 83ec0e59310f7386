import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

SCALE = np.linspace(0.5, 1.5, 6)


def waves(length, depth):
    rates = 1 / np.power(10000.0, 2 * (np.arange(depth) // 2) / depth)
    angles = np.arange(length)[:, np.newaxis] * rates
    return np.where(np.arange(depth) % 2 == 0, np.sin(angles), np.cos(angles))


def build(length=10, depth=6, scaled=True):
    inputs = keras.Input(shape=(length, depth))
    position = waves(length, depth)
    x = inputs * np.sqrt(depth) + position
    for _ in range(2):
        x = layers.Dense(depth, activation="tanh")(x)
        if scaled:
            x = SCALE * x - [0.5, 0.25, 0.125, 0.5, 0.25, 0.125]
    return keras.Model(inputs, x)


model = build()
