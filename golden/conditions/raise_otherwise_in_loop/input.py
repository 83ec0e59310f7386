from tensorflow import keras
from tensorflow.keras import layers


def build(features=12, steps=("wide", "narrow", "wide"), norm="none"):
    inputs = keras.Input((features,))
    x = inputs
    for step in steps:
        if step == "wide":
            y = layers.Dense(8, activation="relu")(x)
        elif step == "narrow":
            y = layers.Dense(3, activation="tanh")(x)
        else:
            raise ValueError(f"unknown step: {step}")
        if norm == "layer":
            y = layers.LayerNormalization()(y)
        elif norm != "none":
            raise ValueError(norm)
        x = layers.Concatenate()([x, y])
    return keras.Model(inputs, layers.Dense(1)(x))
