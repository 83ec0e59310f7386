from tensorflow import keras
from tensorflow.keras import layers


class Wide(layers.Dense):
    pass


layers.Dense = Wide


def build():
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(2)(inputs))
