"""Optimizers that go on where they were, in ways that are not followed."""

import numpy as np
from tensorflow import keras

x, y = np.random.random((64, 4)), np.random.random(64)


def build():
    return keras.Sequential([keras.layers.Dense(1, input_shape=(4,))])


def run(net, optimizer):
    net.compile(optimizer, "mse")
    net.fit(x, y, epochs=2, verbose=0)


model = build()
opt = keras.optimizers.SGD(0.1, momentum=0.9)
for _ in range(2):
    model.compile(opt, "mse")
    model.fit(x, y, epochs=2, verbose=0)

other = build()
kept = keras.optimizers.SGD(0.1, momentum=0.9)
for _ in range(2):
    run(other, kept)

third = build()
chosen = keras.optimizers.SGD(0.1, momentum=0.9)
third.compile(chosen, "mse")
third.fit(x, y, epochs=2, verbose=0)
third.compile("adam", "mse")
third.fit(x, y, epochs=2, verbose=0)
third.compile(chosen, "mse")
third.fit(x, y, epochs=2, verbose=0)
