"""The second model stays as it is, with the input that it needs."""

from tensorflow import keras
from tensorflow.keras import layers


def dense(x, **kwargs):
    params = dict(units=3, use_bias=False)
    params.update(kwargs)
    return layers.Dense(**params)(x)


inputs = keras.Input((5,))
first = keras.Model(inputs, layers.Dense(2)(inputs))

inputs = keras.Input((6, 2))
second = keras.Model(inputs, dense(layers.Masking()(inputs), units=4))
