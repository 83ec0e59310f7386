import torch
from torch import nn
from torch.nn import functional as F


class Plain(nn.Module):
    def __init__(self, features, units):
        super().__init__()
        self.dense = nn.Linear(features, units)

    def forward(self, x):
        return F.relu(self.dense(x))


class Gated(nn.Module):
    def __init__(self, features, units):
        super().__init__()
        self.dense = nn.Linear(features, units)
        self.dense_1 = nn.Linear(features, units)

    def forward(self, x):
        gate = torch.sigmoid(self.dense(x))
        return self.dense_1(x) * gate


class Build(nn.Module):
    def __init__(self, depth=2, use_gates=False):
        super().__init__()
        features = 6
        self.gateds = nn.ModuleList()
        for level in range(depth):
            self.gateds.append(
                Gated(features, 8 // (level + 1))
                if use_gates
                else Plain(features, 8 // (level + 1))
            )
            features = 8 // (level + 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for gated in self.gateds:
            x = gated(x)
        return x


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(depth=2, use_gates=False):
    return Build(depth, use_gates)
