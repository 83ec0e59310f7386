"""Layers that a function of another package looks up: nobody can tell what they are."""

import importlib


def keras_import(module, *names):
    found = importlib.import_module(f"keras.{module}")
    return [getattr(found, name) for name in names]


Conv2D, Dense, Input = keras_import("layers", "Conv2D", "Dense", "Input")
(Model,) = keras_import("models", "Model")


def head(x, classes):
    return Dense(classes, activation="softmax")(x)


def build(shape=(8, 8, 3)):
    inputs = Input(shape)
    x = Conv2D(4, 3)(inputs)
    return Model(inputs, head(x, 5))
