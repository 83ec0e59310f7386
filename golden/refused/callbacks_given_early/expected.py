import sys

import numpy as np
from tensorflow import keras
from torch import nn


# TODO(tf2torch) T2T103: `keras.callbacks.TerminateOnNaN` is left as it is: so is what calls `get_callbacks`, in line 18
def get_callbacks(stop):
    callbacks = [keras.callbacks.TerminateOnNaN()]
    if stop:
        return [*callbacks, keras.callbacks.EarlyStopping(monitor="loss")]
    return callbacks


x, y = np.ones((64, 4)), np.ones((64, 1))


class Model(nn.Module):
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


model = Model()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 18, of the same model
model.compile("sgd", "mse")
stop = "--stop" in sys.argv
# TODO(tf2torch) T2T101: `fit` is left as it is: a callback is only known at run time, or is the program's own
model.fit(x, y, epochs=2, callbacks=get_callbacks(stop))
