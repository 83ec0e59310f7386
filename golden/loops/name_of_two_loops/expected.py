import torch
from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, widths=(2, 3)):
        super().__init__()
        self.conv1ds = nn.ModuleList()
        for width in widths:
            self.conv1ds.append(nn.Conv1d(4, 5, width))
        self.conv1ds_1 = nn.ModuleList()
        for width in widths:
            self.conv1ds_1.append(nn.Conv1d(4, 4, width, padding="same"))
        self.dense = nn.Linear(53, 3)
        self.apply(init_like_keras)

    def forward(self, inputs):
        inputs = inputs.transpose(1, 2)
        pooled = []
        for conv1d in self.conv1ds:
            h = F.relu(conv1d(inputs))
            h = h.amax(2)
            pooled.append(h)
        x = inputs
        for conv1d in self.conv1ds_1:
            h = F.relu(conv1d(x))
            x = x + h
        both = torch.cat([x.transpose(1, 2).flatten(1), sum(pooled)], dim=-1)
        return self.dense(both)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(widths=(2, 3)):
    return Build(widths)


model = build()
