"""Names of layers in every spelling."""

import torch
from torch import nn
from torch.nn import functional as F


class FireModule(nn.Module):
    def __init__(self, channels, squeeze=4, expand=8):
        super().__init__()
        self.sq1x1 = nn.Conv2d(channels, squeeze, 1)
        self.e1x1 = nn.Conv2d(squeeze, expand, 1)
        self.e3x3 = nn.Conv2d(squeeze, expand, 3, padding="same")

    def forward(self, x):
        x = self.sq1x1(x)
        x = F.relu(x)
        left = F.relu(self.e1x1(x))
        right = F.relu(self.e3x3(x))
        return torch.cat([left, right], dim=1)


class Squeezenet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, stride=2)
        channels = 8
        self.fire_modules = nn.ModuleList()
        for _ in range(2, 5):
            self.fire_modules.append(FireModule(channels))
            channels = 16
        self.conv = nn.Conv2d(16, 10, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv1(x)
        for fire_module in self.fire_modules:
            x = fire_module(x)
        x = self.conv(x)
        x = x.mean((2, 3))
        return F.softmax(x, dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Squeezenet()
