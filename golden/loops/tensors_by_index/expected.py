import torch
from torch import nn
from torch.nn import functional as F


class TopDown(nn.Module):
    def __init__(self, input_shape=(32, 32, 3), width=8, levels=3, lateral=True):
        super().__init__()
        self.lateral = lateral
        self.levels = levels
        features = [None] * levels
        channels = input_shape[-1]
        self.conv2ds = nn.ModuleList()
        for level in range(levels):
            self.conv2ds.append(
                nn.Conv2d(channels, width * 2**level, 3, padding="same")
            )
            if lateral or level > 0:
                features[level] = width * 2**level
            channels = width * 2**level
        self.conv2ds_1 = nn.ModuleList()
        for level in range(levels - 1, -1, -1):
            if features[level] is not None:
                channels = channels + features[level]
            self.conv2ds_1.append(nn.Conv2d(channels, width, 3, padding="same"))
            channels = width
        self.conv2d = nn.Conv2d(channels, 1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        features = [None] * self.levels
        for level, conv2d in enumerate(self.conv2ds):
            x = F.relu(conv2d(x))
            if self.lateral or level > 0:
                features[level] = x
            x = F.max_pool2d(x, 2)
        for level, conv2d in zip(range(self.levels - 1, -1, -1), self.conv2ds_1):
            x = F.interpolate(x, scale_factor=2)
            # the level may have been left out
            if features[level] is not None:
                x = torch.cat([x, features[level]], dim=1)
            x = conv2d(x)
        return self.conv2d(x).permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def top_down(input_shape=(32, 32, 3), width=8, levels=3, lateral=True):
    """A pyramid whose levels are put into a list by their numbers, from both ends."""
    return TopDown(input_shape, width, levels, lateral)


pyramid = top_down()
headless = top_down((16, 16, 1), 4, 2, lateral=False)
