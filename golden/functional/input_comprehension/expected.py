import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        encoded = []
        self.denses = nn.ModuleList()
        for _ in range(3):
            self.denses.append(nn.Linear(8, 4))
            encoded.append(4)
        self.dense = nn.Linear(sum(encoded), 1)
        self.apply(init_like_keras)

    def forward(self, *inputs):
        encoded = []
        for x, dense in zip(inputs, self.denses):
            encoded.append(F.relu(dense(x)))
        merged = torch.cat(encoded, dim=-1)
        return self.dense(merged)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()


class Mean(nn.Module):
    def __init__(self, count, size=8):
        super().__init__()
        self.dense = nn.Linear(count * size, 16)
        self.dense_1 = nn.Linear(size, 16)
        self.apply(init_like_keras)

    def forward(self, *parts):
        x = torch.cat(parts, dim=-1)
        x = self.dense(x)
        first = self.dense_1(parts[0])
        return x + first


def build_mean(count, size=8):
    return Mean(count, size)


model = build_mean(4)
