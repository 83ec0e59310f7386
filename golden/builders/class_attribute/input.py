"""The networks belong to the classes that use them."""

from tensorflow import keras
from tensorflow.keras import layers


class Detector:
    """Says how likely a reading is a fault."""

    threshold = 0.5
    model = keras.Sequential(
        [
            keras.Input((12,)),
            layers.Dense(16, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )

    def is_fault(self, probability):
        return probability > self.threshold


class Config:
    WIDTHS = (16, 8)
    ACTIVATION = "tanh"


def build(input_dim=12):
    inputs = keras.Input((input_dim,))
    x = inputs
    for width in Config.WIDTHS:
        x = layers.Dense(width, activation=Config.ACTIVATION)(x)
    return keras.Model(inputs, layers.Dense(1)(x))
