"""Optimizers that go on where they were, in ways that are not followed."""

import numpy as np
from tensorflow import keras
from torch import nn

x, y = np.random.random((64, 4)), np.random.random(64)


class Build(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build():
    return Build()


def run(net, optimizer):
    # TODO(tf2torch) T2T101: `compile` is left as it is: `optimizer` is an object of Keras that the function gets, which is not followed
    net.compile(optimizer, "mse")
    net.fit(x, y, epochs=2, verbose=0)


model = build()
# TODO(tf2torch) T2T103: `keras.optimizers.SGD` is left as it is: so is `compile` in line 21, which it is for
opt = keras.optimizers.SGD(0.1, momentum=0.9)
for _ in range(2):
    # TODO(tf2torch) T2T101: `compile` is left as it is: an optimizer that goes on with what it knows from an earlier `compile`
    model.compile(opt, "mse")
    model.fit(x, y, epochs=2, verbose=0)

other = build()
# TODO(tf2torch) T2T103: `keras.optimizers.SGD` is left as it is: `kept` is used in line 27 in a way that is not translated
kept = keras.optimizers.SGD(0.1, momentum=0.9)
for _ in range(2):
    run(other, kept)

third = build()
# TODO(tf2torch) T2T103: `keras.optimizers.SGD` is left as it is: so is `compile` in line 35, which it is for
chosen = keras.optimizers.SGD(0.1, momentum=0.9)
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `compile` in line 35, of the same model
third.compile(chosen, "mse")
third.fit(x, y, epochs=2, verbose=0)
third.compile("adam", "mse")
third.fit(x, y, epochs=2, verbose=0)
# TODO(tf2torch) T2T101: `compile` is left as it is: `chosen` is compiled with before, and may go on from there
third.compile(chosen, "mse")
third.fit(x, y, epochs=2, verbose=0)
