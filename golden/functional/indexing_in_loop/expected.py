"""One expert for each part of the input."""

import torch
from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, parts=3, size=4, last_only=False):
        super().__init__()
        self.last_only = last_only
        self.denses = nn.ModuleList()
        for _ in range(parts):
            self.denses.append(nn.Linear(size, 8))
        self.dense = nn.LazyLinear(1)
        # a batch of zeros tells the lazy layers how many inputs they have
        self.eval()(torch.zeros(1, parts, size))
        self.train()
        self.apply(init_like_keras)

    def forward(self, inputs):
        outputs = []
        for i, dense in enumerate(self.denses):
            x = F.relu(dense(inputs[:, i]))
            outputs.append(x)
        x = torch.cat(outputs, dim=-1)
        if self.last_only:
            x = x[:, -8:]
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(parts=3, size=4, last_only=False):
    return Build(parts, size, last_only)


model = build()
last = build(parts=2, last_only=True)
