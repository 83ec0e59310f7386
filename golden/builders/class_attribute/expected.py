"""The networks belong to the classes that use them."""

import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(12, 16)
        self.dense_1 = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return torch.sigmoid(self.dense_1(x))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


class Detector:
    """Says how likely a reading is a fault."""

    threshold = 0.5
    model = Model()

    def is_fault(self, probability):
        return probability > self.threshold


class Config:
    WIDTHS = (16, 8)
    ACTIVATION = "tanh"


class Build(nn.Module):
    def __init__(self, input_dim=12):
        super().__init__()
        features = input_dim
        self.denses = nn.ModuleList()
        for width in Config.WIDTHS:
            self.denses.append(nn.Linear(features, width))
            features = width
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = torch.tanh(dense(x))
        return self.dense(x)


def build(input_dim=12):
    return Build(input_dim)
