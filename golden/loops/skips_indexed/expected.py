import torch
from torch import nn
from torch.nn import functional as F


class UNet(nn.Module):
    def __init__(self, depth=3, start=8):
        super().__init__()
        self.depth = depth
        features = []
        channels = 3
        self.conv2ds = nn.ModuleList()
        for level in range(depth):
            self.conv2ds.append(
                nn.Conv2d(channels, start * 2**level, 3, padding="same")
            )
            channels = start * 2**level
            if level < depth - 1:
                features.append(start * 2**level)

        self.conv2ds_1 = nn.ModuleList()
        for level in range(depth - 2, -1, -1):
            channels = features[level] + channels
            self.conv2ds_1.append(
                nn.Conv2d(channels, start * 2**level, 3, padding="same")
            )
            channels = start * 2**level
        self.conv2d = nn.Conv2d(channels, 2, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        features = []
        for level, conv2d in enumerate(self.conv2ds):
            x = F.relu(conv2d(x))
            if level < self.depth - 1:
                features.append(x)
                x = F.max_pool2d(x, 2)

        for level, conv2d in zip(range(self.depth - 2, -1, -1), self.conv2ds_1):
            x = F.interpolate(x, scale_factor=2)
            x = torch.cat([features[level], x], dim=1)
            x = F.relu(conv2d(x))
        x = F.softmax(self.conv2d(x), dim=1)
        return x.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def unet(depth=3, start=8):
    return UNet(depth, start)


model = unet()
