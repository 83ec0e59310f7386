from tensorflow import keras
from tensorflow.keras import layers


def twice(units):
    # all calls of f have the same weights
    dense = layers.Dense(units)

    # TODO(tf2torch) T2T104: `f` is left as it is: `dense` is called on a tensor, and what it does is not known
    def f(x):
        return layers.ReLU()(dense(x))

    return f


# TODO(tf2torch) T2T104: `build` is left as it is: `f`: `dense` is called on a tensor, and what it does is not known
def build(units=8):
    inputs = keras.Input((units,))
    f = twice(units)
    return keras.Model(inputs, f(f(inputs)))
