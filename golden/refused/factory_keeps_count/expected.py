from tensorflow import keras
from tensorflow.keras import layers


# TODO(tf2torch) T2T103: `layers.Dense` is left as it is
def growing(units):
    made = []

    def f(x):
        # each call makes a wider layer than the one before
        made.append(units)
        return layers.Dense(units * len(made))(x)

    return f


# TODO(tf2torch) T2T103: `layers.Dense` is left as it is
def dense(units):
    def f(x):
        return layers.Dense(units)(x)

    return f


# TODO(tf2torch) T2T104: `build` is left as it is: `made` would not be defined in the class
def build(units=8):
    inputs = keras.Input((6,))
    f = growing(units)
    return keras.Model(inputs, f(f(inputs)))


# TODO(tf2torch) T2T104: `build_late` is left as it is: the argument units has changed since it was computed
def build_late(units=8):
    inputs = keras.Input((6,))
    f = dense(units)
    units = 2
    return keras.Model(inputs, layers.Dense(units)(f(inputs)))
