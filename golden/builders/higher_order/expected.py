"""Residual connections around anything."""

import torch
from torch import nn
from torch.nn import functional as F


class DenseBlock(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.dense = nn.Linear(features, 32)
        self.dense_1 = nn.Linear(32, 32)
        self.out_channels = 32

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


class GatedBlock(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.dense = nn.Linear(features, 32)
        self.dense_1 = nn.Linear(features, 32)
        self.out_channels = 32

    def forward(self, x):
        return self.dense(x) * torch.sigmoid(self.dense_1(x))


class ResidualBlock(nn.Module):
    def __init__(self, features, block):
        super().__init__()
        self.block = block(features)
        self.out_channels = self.block.out_channels

    def forward(self, x):
        return x + self.block(x)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.residual = ResidualBlock(32, DenseBlock)
        self.residual_1 = ResidualBlock(self.residual.out_channels, GatedBlock)
        self.dense = nn.Linear(self.residual_1.out_channels, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.residual(x)
        x = self.residual_1(x)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
