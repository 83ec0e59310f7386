import torch
from torch import nn
from torch.nn import functional as F


def expand_dims(x):
    return x[:, None, None]


class ChannelSE(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, channels // reduction, 1)
        self.conv2d_1 = nn.Conv2d(channels // reduction, channels, 1)

    def forward(self, input_tensor):
        # get number of channels/filters
        x = input_tensor.mean((2, 3))
        x = expand_dims(x)
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = torch.sigmoid(self.conv2d_1(x))
        return input_tensor * x


class Build(nn.Module):
    def __init__(self, shape=(16, 16, 3), depth=2):
        super().__init__()
        self.conv2d = nn.Conv2d(shape[-1], 8, 3)
        self.conv2ds = nn.ModuleList()
        self.channel_ses = nn.ModuleList()
        for _ in range(depth):
            self.conv2ds.append(nn.Conv2d(8, 8, 3, padding="same"))
            self.channel_ses.append(ChannelSE(8, reduction=4))
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        for conv2d, channel_se in zip(self.conv2ds, self.channel_ses):
            x = conv2d(x)
            x = channel_se(x)
        return x.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(shape=(16, 16, 3), depth=2):
    return Build(shape, depth)
