"""What is trainable changes before the same code trains again."""

import numpy as np
from torch import nn


class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


class TrainerModel(nn.Module):
    def __init__(self, base):
        super().__init__()
        self.base = base
        self.dense = nn.Linear(4, 1)
        self.dense.apply(init_like_keras)

    def forward(self, x):
        x = self.base(x)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


class Trainer:
    def __init__(self):
        self.base = Base()
        self.model = TrainerModel(self.base)

    def train(self, x, y):
        # TODO(tf2torch) T2T101: `compile` is left as it is: `freeze` changes what is trainable, and when that runs is not known
        self.model.compile("sgd", "mse")
        self.model.fit(x, y, epochs=2)

    def freeze(self):
        # TODO(tf2torch) T2T101: `trainable =` is left as it is: setting it is all that is done there
        self.base.trainable = False


t = Trainer()
x = np.random.rand(20, 8)
y = np.random.rand(20, 1)
t.train(x, y)
t.freeze()
t.train(x, y)
