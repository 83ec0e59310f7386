from torch import nn
from torch.nn import functional as F


class Scaled(nn.Module):
    """Multiplies by a factor, and raises to a power."""

    def __init__(self, factor, power=1):
        super().__init__()
        self.factor = factor
        self.power = power

    def forward(self, x):
        x = x * self.factor
        return x**self.power


class Build(nn.Module):
    def __init__(self, depth=2):
        super().__init__()
        self.scaled = Scaled(0.5)
        channels = 3
        self.conv2ds = nn.ModuleList()
        self.scaleds = nn.ModuleList()
        for level in range(depth):
            self.conv2ds.append(nn.Conv2d(channels, 4, 3))
            self.scaleds.append(Scaled(2.0 / (level + 1), power=2))
            channels = 4
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.scaled(x)
        for conv2d, scaled in zip(self.conv2ds, self.scaleds):
            x = x.permute(0, 3, 1, 2)
            x = F.relu(conv2d(x))
            x = scaled(x.permute(0, 2, 3, 1))
        return x


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(depth=2):
    return Build(depth)
