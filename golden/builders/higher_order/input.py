"""Residual connections around anything."""

from tensorflow import keras
from tensorflow.keras import layers


def dense_block(x):
    x = layers.Dense(32, activation="relu")(x)
    return layers.Dense(32)(x)


def gated_block(x):
    return layers.Dense(32)(x) * layers.Dense(32, activation="sigmoid")(x)


def residual(x, block):
    return layers.Add()([x, block(x)])


inputs = keras.Input((32,))
x = residual(inputs, dense_block)
x = residual(x, gated_block)
model = keras.Model(inputs, layers.Dense(1)(x))
