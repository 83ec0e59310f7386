"""Settings in classes and in instances of them."""

from dataclasses import dataclass
from enum import Enum

from tensorflow import keras
from tensorflow.keras import layers


class Config:
    IMAGE = (16, 16, 3)
    FILTERS = [8, 16]
    KERNEL = 3
    OPTIONS = {"rate": 0.2}


@dataclass
class Head:
    units: int = 8
    activation: str = "relu"


class Size(int, Enum):
    SMALL = 2
    LARGE = 6


cfg = Config()
head = Head(activation="tanh")


def build(config=Config):
    inputs = keras.Input(Config.IMAGE)
    x = inputs
    for filters in cfg.FILTERS:
        x = layers.Conv2D(filters, config.KERNEL, padding="same")(x)
        if Config.KERNEL > 1:
            x = layers.Dropout(Config.OPTIONS["rate"])(x)
    x = layers.Flatten()(x)
    x = layers.Dense(head.units, activation=head.activation)(x)
    return keras.Model(inputs, layers.Dense(Size.LARGE)(x))


model = build()
