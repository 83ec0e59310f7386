"""What a model takes, in every spelling."""

import torch
from torch import nn


class First(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        return torch.tanh(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


first = First()


class Second(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.tanh(self.dense(x))


second = Second()


class Third(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 4)
        self.dense_1 = nn.Linear(4, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        return self.dense_1(x)


third = Third()


class Fourth(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 4)
        self.dense_1 = nn.Linear(4, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        return self.dense_1(x)


fourth = Fourth()


class Fifth(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(36, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.flatten(1)
        return self.dense(x)


fifth = Fifth()
