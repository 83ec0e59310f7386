from tensorflow import keras
from tensorflow.keras import layers


def twice(units):
    # all calls of f have the same weights
    dense = layers.Dense(units)

    def f(x):
        return layers.ReLU()(dense(x))

    return f


def build(units=8):
    inputs = keras.Input((units,))
    f = twice(units)
    return keras.Model(inputs, f(f(inputs)))
