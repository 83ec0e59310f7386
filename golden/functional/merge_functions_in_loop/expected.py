import torch
from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, filters=8, depth=3, fuse="concatenate"):
        super().__init__()
        self.fuse = fuse
        self.conv1d = nn.Conv1d(2, filters, 3, padding="same")
        levels = []
        self.conv1ds = nn.ModuleList()
        self.conv1ds_1 = nn.ModuleList()
        for level in range(depth):
            self.conv1ds.append(
                nn.Conv1d(filters, filters, 3, dilation=2**level, padding="same")
            )
            self.conv1ds_1.append(nn.Conv1d(filters, filters, 1))
            levels.append(filters)
        if fuse == "concatenate":
            channels = sum(levels)
        else:
            channels = levels[0]
        self.dense = nn.Linear(channels, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = self.conv1d(x)
        levels = []
        for conv1d, conv1d2 in zip(self.conv1ds, self.conv1ds_1):
            y = F.relu(conv1d(x))
            gate = torch.sigmoid(conv1d2(x))
            x = x + y * gate
            levels.append(x)
        if self.fuse == "concatenate":
            x = torch.cat(levels, dim=1)
        else:
            x = sum(levels) / len(levels)
        return self.dense(x.mean(2))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(steps=16, filters=8, depth=3, fuse="concatenate"):
    return Build(filters, depth, fuse)


model = build()
averaged = build(fuse="average")
