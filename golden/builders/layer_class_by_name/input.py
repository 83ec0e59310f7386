"""Layers that are chosen by name."""

from tensorflow import keras
from tensorflow.keras import layers

POOLING = {"max": layers.GlobalMaxPooling2D, "avg": layers.GlobalAveragePooling2D}
NORMS = {"batch": layers.BatchNormalization, "layer": layers.LayerNormalization}


def build(input_shape=(16, 16, 3), pooling="avg", norm="batch"):
    inputs = keras.Input(input_shape)
    x = layers.Conv2D(8, 3, activation="relu")(inputs)
    x = NORMS[norm]()(x)
    x = POOLING[pooling]()(x)
    return keras.Model(inputs, layers.Dense(3)(x))


model = build()
other = build(pooling="max", norm="layer")
