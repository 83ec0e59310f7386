from tensorflow import keras
from tensorflow.keras import layers


def growing(units):
    made = []

    def f(x):
        # each call makes a wider layer than the one before
        made.append(units)
        return layers.Dense(units * len(made))(x)

    return f


def dense(units):
    def f(x):
        return layers.Dense(units)(x)

    return f


def build(units=8):
    inputs = keras.Input((6,))
    f = growing(units)
    return keras.Model(inputs, f(f(inputs)))


def build_late(units=8):
    inputs = keras.Input((6,))
    f = dense(units)
    units = 2
    return keras.Model(inputs, layers.Dense(units)(f(inputs)))
