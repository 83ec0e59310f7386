import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, channels, units):
        super().__init__()
        self.dense = nn.Linear(channels, units)
        self.dense_1 = nn.Linear(units, 1)

    def forward(self, x):
        scores = self.dense_1(torch.tanh(self.dense(x)))
        return x * torch.sigmoid(scores)


class Build(nn.Module):
    def __init__(self, units=4):
        super().__init__()
        self.attention = Attention(8, 6)
        self.attention_1 = Attention(8, units)
        self.dense = nn.Linear(8, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.attention(x)
        x = self.attention_1(x)
        return self.dense(x.mean(1))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(units=4):
    return Build(units)
