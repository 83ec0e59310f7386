import torch
from torch import nn
from torch.nn import functional as F


class Down(nn.Module):
    """A convolution, its result at full and at half resolution."""

    def __init__(self, channels, filters):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same")

    def forward(self, x):
        skip = F.relu(self.conv2d(x))
        pooled = F.max_pool2d(skip, 2)
        return skip, pooled


class Up(nn.Module):
    def __init__(self, channels, skip_channels, filters):
        super().__init__()
        channels = skip_channels + channels
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same")

    def forward(self, x, skip):
        x = F.interpolate(x, scale_factor=2)
        x = torch.cat([skip, x], dim=1)
        return F.relu(self.conv2d(x))


class UNet(nn.Module):
    def __init__(self, input_size=(32, 32, 1)):
        super().__init__()
        self.down = Down(input_size[-1], 8)
        self.down_1 = Down(8, 16)
        self.conv2d = nn.Conv2d(16, 32, 3, padding="same")
        self.dropout = nn.Dropout()
        self.up = Up(32, 16, 16)
        self.up_1 = Up(16, 8, 8)
        self.conv2d_1 = nn.Conv2d(8, 1, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        inputs = inputs.permute(0, 3, 1, 2)
        c1, p1 = self.down(inputs)
        c2, p2 = self.down_1(p1)
        bottom = F.relu(self.conv2d(p2))
        bottom = self.dropout(bottom)
        u2 = self.up(bottom, c2)
        u1 = self.up_1(u2, c1)
        outputs = torch.sigmoid(self.conv2d_1(u1))
        return outputs.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def unet(input_size=(32, 32, 1)):
    return UNet(input_size)


model = unet()
