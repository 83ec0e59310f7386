import torch
from torch import nn
from torch.nn import functional as F


class EncoderStage(nn.Module):
    def __init__(self, channels, filters, n_convs=2):
        super().__init__()
        self.conv2ds = nn.ModuleList()
        for _ in range(n_convs):
            self.conv2ds.append(nn.Conv2d(channels, filters, 3, padding="same"))
            channels = filters
        self.out_channels = channels

    def forward(self, x):
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
        return F.max_pool2d(x, 2), x


class Build(nn.Module):
    def __init__(self, depth=3, width=8):
        super().__init__()
        channels = 3
        skips = []
        self.encoder_stages = nn.ModuleList()
        for level in range(depth):
            self.encoder_stages.append(EncoderStage(channels, width * 2**level))
            channels = self.encoder_stages[-1].out_channels
            skips.append(self.encoder_stages[-1].out_channels)
        self.conv2ds = nn.ModuleList()
        while skips:
            skips_item = skips.pop()
            channels = channels + skips_item
            self.conv2ds.append(nn.Conv2d(channels, width, 3, padding="same"))
            channels = width
        self.conv2d = nn.Conv2d(channels, 1, 1)
        self.apply(init_like_keras)

    def forward(self, image):
        image = image.permute(0, 3, 1, 2)
        x, skips = image, []
        for encoder_stage in self.encoder_stages:
            x, skip = encoder_stage(x)
            skips.append(skip)
        for conv2d in self.conv2ds:
            skip = skips.pop()
            x = F.interpolate(x, scale_factor=2)
            x = torch.cat([x, skip], dim=1)
            x = F.relu(conv2d(x))
        mask = torch.sigmoid(self.conv2d(x))
        return mask.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(depth=3, width=8):
    return Build(depth, width)


model = build()
