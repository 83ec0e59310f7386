"""Functions that take some of their keywords for themselves."""

from tensorflow import keras
from tensorflow.keras import layers


def dense(x, units, **kwargs):
    rate = kwargs.pop("rate", 0.0)
    x = layers.Dense(units, **kwargs)(x)
    if rate:
        x = layers.Dropout(rate)(x)
    return x


def scaled(x, units, **kwargs):
    if "scale" in kwargs:
        x = layers.Rescaling(kwargs["scale"])(x)
    return layers.Dense(units + kwargs.get("extra", 1))(x)


inputs = keras.Input((5,))
x = dense(inputs, 8, use_bias=False, rate=0.2)
x = dense(x, 6)
x = scaled(x, 4, scale=0.5)
x = scaled(x, 2, extra=2)
model = keras.Model(inputs, x)
