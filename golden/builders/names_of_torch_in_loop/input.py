import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def spectrum(signal):
    F = np.fft.rfft(signal)
    return F.real


def torch(x, units):
    """A small light."""
    return layers.Dense(units, activation="relu")(x)


def make(nn=(8, 4), noise=0.0):
    inputs = keras.Input((6,))
    x = inputs
    for units in nn:
        x = torch(x, units)
        x = layers.Activation("tanh")(x)
    if noise:
        x = layers.GaussianNoise(noise)(x)
    return keras.Model(inputs, layers.Dense(1, activation="elu")(x))
