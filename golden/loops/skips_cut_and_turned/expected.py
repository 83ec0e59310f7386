import torch
from torch import nn
from torch.nn import functional as F


class Pyramid(nn.Module):
    def __init__(self, features, widths, keep=2):
        super().__init__()
        self.keep = keep
        skips = []
        x_features = features
        self.denses = nn.ModuleList()
        for width in widths:
            self.denses.append(nn.Linear(x_features, width))
            x_features = width
            skips.append(width)
        skips = skips[::-1]
        x_features = skips[0]
        for skip in skips[1:keep]:
            x_features = x_features + skip
        last = skips[keep:]
        for skip in last:
            x_features = skip + x_features
        self.out_channels = x_features

    def forward(self, x):
        skips = []
        for dense in self.denses:
            x = F.relu(dense(x))
            skips.append(x)
        skips = skips[::-1]
        x = skips[0]
        for skip in skips[1 : self.keep]:
            x = torch.cat([x, skip], dim=-1)
        last = skips[self.keep :]
        for skip in last:
            x = torch.cat([skip, x], dim=-1)
        return x


class Build(nn.Module):
    def __init__(self, n=4, widths=(4, 6, 8), keep=2):
        super().__init__()
        self.pyramid = Pyramid(n, widths, keep)
        self.dense = nn.Linear(self.pyramid.out_channels, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.pyramid(x)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(n=4, widths=(4, 6, 8), keep=2):
    return Build(n, widths, keep)
