"""Functions compile with an optimizer of the module, which goes on from call to call."""

import numpy as np
from tensorflow import keras

x, y = np.random.rand(64, 4), np.random.rand(64)
opt = keras.optimizers.SGD(0.1, momentum=0.9)
rated = keras.optimizers.SGD(0.1)


def make():
    return keras.Sequential([keras.layers.Dense(1, input_shape=(4,))])


def compile_model(model):
    model.compile(opt, "mse")


def run(model):
    model.compile(opt, "mse")
    model.fit(x, y, epochs=2, verbose=0)


def build():
    model = keras.Sequential([keras.layers.Dense(2, input_shape=(4,)), keras.layers.Dense(1)])
    model.compile(rated, "mse")
    return model


first = make()
for _ in range(2):
    compile_model(first)
    first.fit(x, y, epochs=2, verbose=0)

second = make()
run(second)
run(second)

third = build()
third.fit(x, y, epochs=2, verbose=0)
rated.learning_rate = 0.01
third.fit(x, y, epochs=2, verbose=0)
