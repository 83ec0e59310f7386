from tensorflow import keras
from tensorflow.keras import layers


def build(shape=(8, 8, 3), kind="a"):
    inputs = keras.Input(shape)
    if kind == "a":
        x = layers.Conv2D(3, 3)(inputs)
    elif kind == "b":
        x = layers.Conv2D(4, 3)(inputs)
    else:
        raise ValueError(kind)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(2)(x))
