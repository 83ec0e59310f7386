import torch
from torch import nn
from torch.nn import functional as F


class ConvBlock(nn.Module):
    def __init__(self, channels, f):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, f, 3, padding="same")

    def forward(self, x):
        x = self.conv2d(x)
        return F.relu(x)


class UNet(nn.Module):
    def __init__(self, shape=(32, 32, 3), filters=(8, 16)):
        super().__init__()
        channels = shape[-1]
        skips = []
        self.conv_blocks = nn.ModuleList()
        for f in filters:
            self.conv_blocks.append(ConvBlock(channels, f))
            skips.append(f)
            channels = f
        self.conv_block = ConvBlock(channels, 32)
        channels = 32
        self.conv_blocks_1 = nn.ModuleList()
        for skip, f in zip(reversed(skips), reversed(filters)):
            channels = channels + skip
            self.conv_blocks_1.append(ConvBlock(channels, f))
            channels = f
        self.conv2d = nn.Conv2d(channels, 1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        skips = []
        for conv_block in self.conv_blocks:
            x = conv_block(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = self.conv_block(x)
        for skip, conv_block in zip(reversed(skips), self.conv_blocks_1):
            x = F.interpolate(x, scale_factor=2)
            x = torch.cat([x, skip], dim=1)
            x = conv_block(x)
        return torch.sigmoid(self.conv2d(x)).permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def unet(shape=(32, 32, 3), filters=(8, 16)):
    return UNet(shape, filters)


m = unet()
