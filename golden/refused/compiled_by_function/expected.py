"""Functions that compile the models which they get, in ways that can't be followed."""

import numpy as np
from tensorflow import keras
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.dense = nn.Linear(4, hidden)
        self.dense_1 = nn.Linear(hidden, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return F.softmax(self.dense_1(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_model(hidden):
    return Model(hidden)


def choose(model, fast):
    if fast:
        # TODO(tf2torch) T2T101: `compile` is left as it is: `compile` under a condition in a function
        model.compile("adam", "sparse_categorical_crossentropy")


def compile_both(model, lr):
    # TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 46, of the same model
    model.compile(keras.optimizers.SGD(lr), "sparse_categorical_crossentropy")
    return model


def set_up(model):
    return compile_both(model, 0.1)


def compile_for(model, kind):
    if kind == "count":
        return model
    # TODO(tf2torch) T2T101: `compile` is left as it is: what trains the model is not seen
    model.compile("sgd", "poisson")
    return model


def train(model, x, y):
    # TODO(tf2torch) T2T101: `fit` is left as it is: so is `compile` in line 17, of the same model
    model.fit(x, y, epochs=2, verbose=0)


x = np.random.random((64, 4))
y = np.random.randint(0, 3, 64)
first = build_model(4)
choose(first, True)
train(first, x, y)
second = set_up(build_model(8))
# TODO(tf2torch) T2T101: `fit` is left as it is: the model is compiled in another function, where its optimizer stays
second.fit(x, y)
third = compile_for(build_model(16), "other")
# TODO(tf2torch) T2T101: `fit` is left as it is; the model is an nn.Module now
third.fit(x, y)
