"""What only the first round of a loop sets."""

import torch
from torch import nn
from torch.nn import functional as F


class CNN(nn.Module):
    def __init__(self, height, width, depth, filters=(4, 6, 8)):
        super().__init__()
        # the first block takes the images
        height2 = height
        width2 = width
        channels = depth
        self.conv2d = nn.Conv2d(depth, 2, 1, stride=8)

        self.conv2ds = nn.ModuleList()
        for f in filters:
            self.conv2ds.append(nn.Conv2d(channels, f, 3, padding="same"))
            height2 = height2 // 2
            width2 = width2 // 2
            channels = f

        channels = channels + 2
        self.dense = nn.Linear(height2 * width2 * channels, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        skip = self.conv2d(x)

        for conv2d in self.conv2ds:
            x = conv2d(x)
            x = F.relu(x)
            x = F.max_pool2d(x, 2)

        x = torch.cat([x, skip], dim=1)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


def create_cnn(height, width, depth, filters=(4, 6, 8)):
    return CNN(height, width, depth, filters)


class MLP(nn.Module):
    def __init__(self, size, widths):
        super().__init__()
        self.dense = nn.Linear(size, 5)
        features = 5
        self.denses = nn.ModuleList()
        for n in range(len(widths)):
            self.denses.append(nn.Linear(features, widths[n]))
            features = widths[n]
        self.apply(init_like_keras)

    def forward(self, inputs):
        h = self.dense(inputs)
        for dense in self.denses:
            h = torch.tanh(dense(h))
        return h


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def create_mlp(size, widths):
    return MLP(size, widths)


cnn = create_cnn(8, 8, 3)
mlp = create_mlp(4, [6, 3])
