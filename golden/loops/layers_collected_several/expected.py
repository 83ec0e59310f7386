import torch
from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, sizes=(8, 16), n=4, rate=0.5):
        super().__init__()
        self.layer_normalization = nn.LayerNorm(n, eps=1e-3)
        features = n
        self.denses = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for size in sizes:
            # one level
            units = size * 2
            self.denses.append(nn.Linear(features, units))
            self.batch_normalizations.append(
                nn.BatchNorm1d(units, eps=1e-3, momentum=0.01)
            )
            features = units
        self.dropout = nn.Dropout(rate)
        self.dense = nn.Linear(features, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.layer_normalization(x)
        for dense, batch_normalization in zip(self.denses, self.batch_normalizations):
            x = F.relu(dense(x))
            x = batch_normalization(x)
        x = self.dropout(x)
        return self.dense(x)


def build(sizes=(8, 16), n=4, rate=0.5):
    return Build(sizes, n, rate)


class Network(nn.Module):
    def __init__(self, depth=3):
        super().__init__()
        features = 5
        self.denses = nn.ModuleList()
        for _ in range(depth):
            self.denses.append(nn.Linear(features, 8))
            features = 8
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = torch.tanh(dense(x))
        return self.dense(x)


def network(depth=3):
    return Network(depth)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        features = 3
        self.denses = nn.ModuleList()
        for units in (4, 6):
            self.denses.append(nn.Linear(features, units))
            features = units
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
        return x


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
