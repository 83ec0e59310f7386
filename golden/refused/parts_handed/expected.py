"""Functions that get parts of the training, and do more with them."""

import numpy as np
from tensorflow import keras
from torch import nn
from tensorflow.keras.callbacks import EarlyStopping

x = np.random.random((64, 4))
y = np.random.random(64)


class Build(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.dense = nn.Linear(4, units)
        self.dense_1 = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(units):
    return Build(units)


def shows(model, optimizer):
    print(optimizer)
    # TODO(tf2torch) T2T101: `compile` is left as it is: `shows` does more with `optimizer` than to train with it
    model.compile(optimizer=optimizer, loss="mse")
    model.fit(x, y, epochs=3)


def extends(model, callbacks=None):
    callbacks = callbacks or []
    # TODO(tf2torch) T2T101: `compile` is left as it is; the model is an nn.Module now
    model.compile(optimizer="sgd", loss="mse")
    # TODO(tf2torch) T2T101: `fit` is left as it is: a callback is only known at run time, or is the program's own
    model.fit(x, y, epochs=3, callbacks=callbacks + [EarlyStopping("loss")])


def trains_twice(model, optimizer):
    # TODO(tf2torch) T2T101: `compile` is left as it is: `optimizer` is an object of Keras that the function gets, which is not followed
    model.compile(optimizer=optimizer, loss="mse")
    model.fit(x, y, epochs=3)


def stops(model, patience, callbacks):
    # TODO(tf2torch) T2T101: `compile` is left as it is; the model is an nn.Module now
    model.compile(optimizer="sgd", loss="mse")
    # TODO(tf2torch) T2T101: `fit` is left as it is: `callbacks` is an object of Keras that the function gets, which is not followed
    model.fit(x, y, epochs=3, callbacks=callbacks)


# TODO(tf2torch) T2T103: `EarlyStopping` is left as it is
def main(patience):
    last = build(6)
    stops(last, 1, [EarlyStopping("loss", patience=patience)])


first = build(2)
# TODO(tf2torch) T2T103: `keras.optimizers.SGD` is left as it is
shows(first, keras.optimizers.SGD(0.1))
second = build(3)
# TODO(tf2torch) T2T103: `EarlyStopping` is left as it is
extends(second, [EarlyStopping("loss")])
third = build(4)
# TODO(tf2torch) T2T103: `keras.optimizers.SGD` is left as it is
trains_twice(third, keras.optimizers.SGD(0.1))
trains_twice(third, keras.optimizers.SGD(0.2))
main(3)
