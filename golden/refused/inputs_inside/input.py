from tensorflow import keras
from tensorflow.keras import layers


def build_tail():
    """A model that starts from what a layer gives."""
    inputs = keras.Input((8,))
    inputs = layers.Dense(4)(inputs)
    outputs = layers.Dense(2)(inputs)
    return keras.Model(inputs, outputs)


def build_positive(inputs):
    x = layers.ReLU()(inputs)
    return keras.Model(x, layers.Dense(2)(x))
