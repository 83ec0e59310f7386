"""Noise and resizing only: nothing that would be initialized."""

import torch
from torch import nn


class Augment(nn.Module):
    def __init__(self):
        super().__init__()
        self.batch_normalization = nn.BatchNorm2d(3, eps=1e-3, momentum=0.01)
        self.gaussian_noise = GaussianNoise(0.1)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = x * (1 / 255)
        x = self.batch_normalization(x)
        x = self.gaussian_noise(x)
        return x.permute(0, 2, 3, 1)


class GaussianNoise(nn.Module):
    """Adds noise while training."""

    def __init__(self, std):
        super().__init__()
        self.std = std

    def forward(self, x):
        if not self.training:
            return x
        return x + self.std * torch.randn_like(x)


augment = Augment()
