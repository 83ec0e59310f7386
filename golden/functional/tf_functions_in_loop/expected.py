import torch
from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, width=8, depth=2, pooling="max"):
        super().__init__()
        self.pooling = pooling
        self.dense = nn.Linear(4, width)
        self.denses = nn.ModuleList()
        self.denses_1 = nn.ModuleList()
        for _ in range(depth):
            self.denses.append(nn.Linear(width, width))
            self.denses_1.append(nn.Linear(2 * width, width))
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        for dense, dense2 in zip(self.denses, self.denses_1):
            y = F.relu(dense(x))
            y = y.flip(1)
            x = torch.cat([x, y], dim=-1)
            x = dense2(x)
        if self.pooling == "max":
            x = x.amax(dim=1)
        else:
            x = x.mean(dim=1)
        return x.tanh()


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(length=12, width=8, depth=2, pooling="max"):
    return Build(width, depth, pooling)


model = build()
mean = build(pooling="mean")
