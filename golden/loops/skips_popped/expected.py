"""U-Net with a list of skip connections that is popped."""

import torch
from torch import nn
from torch.nn import functional as F


class UNet(nn.Module):
    def __init__(self, shape=(32, 32, 1), filters=(8, 16, 32), bridge=64):
        super().__init__()
        channels = shape[-1]
        skips = []
        self.conv2ds = nn.ModuleList()
        for f in filters:
            self.conv2ds.append(nn.Conv2d(channels, f, 3, padding="same"))
            skips.append(f)
            channels = f

        self.conv2d = nn.Conv2d(channels, bridge, 3, padding="same")
        channels = bridge

        self.conv2d_transposes = nn.ModuleList()
        self.conv2ds_1 = nn.ModuleList()
        for f in filters[::-1]:
            self.conv2d_transposes.append(nn.ConvTranspose2d(channels, f, 2, stride=2))
            skips_item = skips.pop()
            self.conv2ds_1.append(nn.Conv2d(f + skips_item, f, 3, padding="same"))
            channels = f
        self.conv2d_1 = nn.Conv2d(channels, 1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        skips = []
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
            skips.append(x)
            x = F.max_pool2d(x, 2)

        x = F.relu(self.conv2d(x))

        for conv2d_transpose, conv2d in zip(self.conv2d_transposes, self.conv2ds_1):
            x = conv2d_transpose(x)
            skips_item2 = skips.pop()
            x = torch.cat([x, skips_item2], dim=1)
            x = F.relu(conv2d(x))
        return torch.sigmoid(self.conv2d_1(x)).permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_unet(shape=(32, 32, 1), filters=(8, 16, 32), bridge=64):
    return UNet(shape, filters, bridge)


model = build_unet()
