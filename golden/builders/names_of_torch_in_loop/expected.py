import numpy as np
import torch as th
from torch.nn import functional as F


def spectrum(signal):
    F = np.fft.rfft(signal)
    return F.real


class Torch(th.nn.Module):
    """A small light."""

    def __init__(self, features, units):
        super().__init__()
        self.dense = th.nn.Linear(features, units)

    def forward(self, x):
        return F.relu(self.dense(x))


class Make(th.nn.Module):
    def __init__(self, nn=(8, 4), noise=0.0):
        super().__init__()
        features = 6
        self.torches = th.nn.ModuleList()
        for units in nn:
            self.torches.append(Torch(features, units))
            features = units
        self.gaussian_noise = GaussianNoise(noise) if noise else None
        self.dense = th.nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for torch2 in self.torches:
            x = torch2(x)
            x = th.tanh(x)
        if self.gaussian_noise is not None:
            x = self.gaussian_noise(x)
        return F.elu(self.dense(x))


class GaussianNoise(th.nn.Module):
    """Adds noise while training."""

    def __init__(self, std):
        super().__init__()
        self.std = std

    def forward(self, x):
        if not self.training:
            return x
        return x + self.std * th.randn_like(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, th.nn.Linear):
        th.nn.init.xavier_uniform_(module.weight)
        th.nn.init.zeros_(module.bias)


def make(nn=(8, 4), noise=0.0):
    return Make(nn, noise)
