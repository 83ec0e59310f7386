"""What is trainable changes before the same code trains again."""

import numpy as np
from torch import nn


def train(model, x, y):
    # TODO(tf2torch) T2T101: `compile` is left as it is: what is trainable changes before this runs again
    model.compile("sgd", "mse")
    model.fit(x, y, epochs=2)


x = np.random.rand(20, 8)
y = np.random.rand(20, 1)


class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


base = Base()


class Model(nn.Module):
    def __init__(self, base):
        super().__init__()
        self.base = base
        self.dense = nn.Linear(4, 1)
        self.dense.apply(init_like_keras)

    def forward(self, x):
        x = self.base(x)
        return self.dense(x)


model = Model(base)
for i in range(2):
    train(model, x, y)
    # TODO(tf2torch) T2T101: `trainable =` is left as it is: it goes with `compile` in line 8, of a model whose training is left
    base.trainable = False
