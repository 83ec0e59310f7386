"""A list that grows while the graph is built, without a function around it."""

import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        channels = 3
        skips = []
        self.conv2ds = nn.ModuleList()
        for width in (8, 16):
            self.conv2ds.append(nn.Conv2d(channels, width, 3, padding="same"))
            skips.append(width)
            channels = width
        for skip in reversed(skips):
            channels = channels + skip
        self.conv2d = nn.Conv2d(channels, 1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        skips = []
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
            skips.append(x)
            x = F.max_pool2d(x, 2)
        for skip in reversed(skips):
            x = F.interpolate(x, scale_factor=2)
            x = torch.cat([x, skip], dim=1)
        return torch.sigmoid(self.conv2d(x)).permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
