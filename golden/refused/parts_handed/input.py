"""Functions that get parts of the training, and do more with them."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.callbacks import EarlyStopping

x = np.random.random((64, 4))
y = np.random.random(64)


def build(units):
    return keras.Sequential([layers.Dense(units, input_shape=(4,)), layers.Dense(1)])


def shows(model, optimizer):
    print(optimizer)
    model.compile(optimizer=optimizer, loss="mse")
    model.fit(x, y, epochs=3)


def extends(model, callbacks=None):
    callbacks = callbacks or []
    print(len(callbacks))
    model.compile(optimizer="sgd", loss="mse")
    model.fit(x, y, epochs=3, callbacks=callbacks + [EarlyStopping("loss")])


def trains_twice(model, optimizer):
    model.compile(optimizer=optimizer, loss="mse")
    model.fit(x, y, epochs=3)


def stops(model, patience, callbacks):
    model.compile(optimizer="sgd", loss="mse")
    model.fit(x, y, epochs=3, callbacks=callbacks)


def main(patience):
    last = build(6)
    stops(last, 1, [EarlyStopping("loss", patience=patience)])


first = build(2)
shows(first, keras.optimizers.SGD(0.1))
second = build(3)
extends(second, [EarlyStopping("loss")])
third = build(4)
trains_twice(third, keras.optimizers.SGD(0.1))
trains_twice(third, keras.optimizers.SGD(0.2))
main(3)
