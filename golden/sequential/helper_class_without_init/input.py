"""Noise and resizing only: nothing that would be initialized."""

from tensorflow import keras
from tensorflow.keras import layers

augment = keras.Sequential(
    [
        keras.Input((8, 8, 3)),
        layers.Rescaling(1 / 255),
        layers.BatchNormalization(),
        layers.GaussianNoise(0.1),
    ]
)
