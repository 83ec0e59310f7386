"""Preprocessing as a model of its own, which says nothing of what it takes."""

import torch
from torch import nn
from torch.nn import functional as F


class Augmentation(nn.Module):
    def __init__(self):
        super().__init__()
        self.random_flip = RandomFlip(3)
        self.batch_normalization = nn.BatchNorm2d(3, eps=1e-3, momentum=0.01)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.random_flip(x)
        x = F.interpolate(x, size=(24, 24), mode="bilinear")
        x = self.batch_normalization(x)
        return x.permute(0, 2, 3, 1)


class RandomFlip(nn.Module):
    """Flip about half of the images while training."""

    def __init__(self, *dims):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        if not self.training:
            return x
        flips = torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5
        return torch.where(flips, x.flip(self.dims), x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


augmentation = Augmentation()


class Steps(nn.Module):
    def __init__(self):
        super().__init__()
        self.batch_normalization = nn.BatchNorm1d(8, eps=1e-3, momentum=0.01)
        self.dense = nn.Linear(8, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = self.batch_normalization(x)
        return self.dense(x.transpose(1, 2))


steps = Steps()


class Model(nn.Module):
    def __init__(self, augmentation, steps):
        super().__init__()
        self.augmentation = augmentation
        self.conv2d = nn.Conv2d(3, 8, 3)
        self.steps = steps
        self.conv2d.apply(init_like_keras)

    def forward(self, x):
        x = self.augmentation(x)
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = x.permute(0, 2, 3, 1).reshape(-1, 484, 8)
        return self.steps(x)


model = Model(augmentation, steps)
