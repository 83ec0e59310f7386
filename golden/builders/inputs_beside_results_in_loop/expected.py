import torch
from torch import nn
from torch.nn import functional as F


class Segmentation(nn.Module):
    def __init__(self, shape=(32, 32, 3), classes=2):
        super().__init__()
        channels = shape[-1]
        skips = []
        self.conv2ds = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for f in (8, 16):
            self.conv2ds.append(nn.Conv2d(channels, f, 3, padding="same"))
            self.batch_normalizations.append(nn.BatchNorm2d(f, eps=1e-3, momentum=0.01))
            skips.append(f)
            channels = f
        self.conv2ds_1 = nn.ModuleList()
        for skip in reversed(skips):
            channels = channels + skip
            self.conv2ds_1.append(nn.Conv2d(channels, 8, 3, padding="same"))
            channels = 8
        self.conv2d = nn.Conv2d(channels, classes, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        skips = []
        for conv2d, batch_normalization in zip(self.conv2ds, self.batch_normalizations):
            x = F.relu(conv2d(x))
            x = batch_normalization(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        for skip, conv2d in zip(reversed(skips), self.conv2ds_1):
            x = F.interpolate(x, scale_factor=2)
            x = torch.cat([x, skip], dim=1)
            x = conv2d(x)
        return self.conv2d(x).permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def segmentation(shape=(32, 32, 3), classes=2):
    return Segmentation(shape, classes)


model = segmentation()
