"""An hourglass: each level holds the next one."""

from torch import nn
from torch.nn import functional as F


class Bottleneck(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same")

    def forward(self, x):
        y = F.relu(self.conv2d(x))
        return x + y


class Hourglass(nn.Module):
    def __init__(self, channels, depth, filters):
        super().__init__()
        self.bottleneck = Bottleneck(channels, filters)
        self.bottleneck_1 = Bottleneck(channels, filters)
        self.hourglass = (
            Hourglass(filters, depth - 1, filters)
            if depth > 1
            else Bottleneck(filters, filters)
        )
        self.out_channels = filters

    def forward(self, x):
        up = self.bottleneck(x)
        low = F.max_pool2d(x, 2)
        low = self.bottleneck_1(low)
        low = self.hourglass(low)
        low = F.interpolate(low, scale_factor=2)
        return up + low


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 8, 3, padding="same")
        self.hourglass = Hourglass(8, 3, 8)
        self.conv2d_1 = nn.Conv2d(self.hourglass.out_channels, 4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = self.hourglass(x)
        return self.conv2d_1(x).permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
