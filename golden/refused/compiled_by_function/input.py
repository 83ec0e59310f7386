"""Functions that compile the models which they get, in ways that can't be followed."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def build_model(hidden):
    model = keras.Sequential()
    model.add(layers.Dense(hidden, activation="relu", input_shape=(4,)))
    model.add(layers.Dense(3, activation="softmax"))
    return model


def choose(model, fast):
    if fast:
        model.compile("adam", "sparse_categorical_crossentropy")


def compile_both(model, lr):
    model.compile(keras.optimizers.SGD(lr), "sparse_categorical_crossentropy")
    return model


def set_up(model):
    return compile_both(model, 0.1)


def compile_for(model, kind):
    if kind == "count":
        return model
    model.compile("sgd", "poisson")
    return model


def train(model, x, y):
    model.fit(x, y, epochs=2, verbose=0)


x = np.random.random((64, 4))
y = np.random.randint(0, 3, 64)
first = build_model(4)
choose(first, True)
train(first, x, y)
second = set_up(build_model(8))
second.fit(x, y)
third = compile_for(build_model(16), "other")
third.fit(x, y)
