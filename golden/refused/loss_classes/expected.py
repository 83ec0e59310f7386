import numpy as np
from torch import nn


class Unreduced(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, y_true, y_pred):
        return (y_true - y_pred).square()


class ByColumn(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.weights = weights

    def forward(self, y_true, y_pred):
        x = (y_true - y_pred).square()
        return (x.new_tensor(self.weights) * x).sum(dim=-1)


x, y = np.random.rand(64, 8), np.random.rand(64, 3)


class UnreducedModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


unreduced = UnreducedModel()
# TODO(tf2torch) T2T101: `compile` is left as it is: `Unreduced` with reduction="none"
unreduced.compile("sgd", loss=Unreduced())
unreduced.fit(x, y, epochs=2, verbose=0)


class Columns(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


columns = Columns()
# TODO(tf2torch) T2T101: `compile` is left as it is: `ByColumn([1.0, 2.0, 3.0])` gets a list or an array: make it a tensor
columns.compile("sgd", loss=ByColumn([1.0, 2.0, 3.0]))
columns.fit(x, y, epochs=2, verbose=0)
