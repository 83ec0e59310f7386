"""A highway layer and a scaled residual, with operators on tensors."""

import torch
from torch import nn
from torch.nn import functional as F


class Highway(nn.Module):
    def __init__(self, features, units):
        super().__init__()
        self.dense = nn.Linear(features, units)
        self.dense_1 = nn.Linear(features, units)

    def forward(self, x):
        gate = torch.sigmoid(self.dense(x))
        candidate = F.relu(self.dense_1(x))
        # Carry what isn't transformed
        return gate * candidate + (1 - gate) * x


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.highway = Highway(16, 16)
        self.highway_1 = Highway(16, 16)
        self.dense = nn.Linear(16, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.highway(x)
        x = self.highway_1(x)
        x = x + 0.1 * self.dense(x)
        x = -x / 2.0
        return self.dense_1(x**2)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
