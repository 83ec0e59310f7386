import torch
from torch import nn
from torch.nn import functional as F

bn_axis = 3
CHANNEL_AXIS = -1


def channel_axis():
    return -1


class ConvBN(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same")
        self.batch_normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)

    def forward(self, x):
        x = self.conv2d(x)
        x = self.batch_normalization(x)
        return F.relu(x)


class Fire(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv_bn = ConvBN(channels, filters)
        self.conv_bn_1 = ConvBN(channels, filters)

    def forward(self, x):
        a = self.conv_bn(x)
        b = self.conv_bn_1(x)
        return torch.cat([a, b], dim=1)


class Build(nn.Module):
    def __init__(self, shape=(16, 16, 3)):
        super().__init__()
        self.fire = Fire(shape[-1], 4)
        self.batch_normalization = nn.BatchNorm2d(8, eps=1e-3, momentum=0.01)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.fire(x)
        x = self.batch_normalization(x)
        return x.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(shape=(16, 16, 3)):
    return Build(shape)


model = build()
