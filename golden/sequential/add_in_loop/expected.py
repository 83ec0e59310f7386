"""A plain convolutional classifier whose depth is an argument."""

import torch
from torch import nn
from torch.nn import functional as F


class Classifier(nn.Module):
    def __init__(self, input_shape, n_classes, n_blocks=3, filters=16, use_bn=True):
        super().__init__()
        channels = input_shape[-1]
        self.conv2ds = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for i in range(n_blocks):
            # Twice the channels at half the resolution
            self.conv2ds.append(nn.Conv2d(channels, filters * 2**i, 3, padding="same"))
            self.batch_normalizations.append(
                nn.BatchNorm2d(filters * 2**i, eps=1e-3, momentum=0.01)
                if use_bn
                else None
            )
            channels = filters * 2**i
        if n_classes == 2:
            self.dense = nn.Linear(channels, 1)
        else:
            self.dense_1 = nn.Linear(channels, n_classes)
            self.dense = None
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d, batch_normalization in zip(self.conv2ds, self.batch_normalizations):
            # Twice the channels at half the resolution
            x = conv2d(x)
            if batch_normalization is not None:
                x = batch_normalization(x)
            x = F.relu(x)
            x = F.max_pool2d(x, 2)
        x = x.mean((2, 3))
        if self.dense is not None:
            x = torch.sigmoid(self.dense(x))
        else:
            x = F.softmax(self.dense_1(x), dim=-1)
        return x


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_classifier(input_shape, n_classes, n_blocks=3, filters=16, use_bn=True):
    return Classifier(input_shape, n_classes, n_blocks, filters, use_bn)


model = build_classifier((32, 32, 3), 10)
binary = build_classifier((32, 32, 3), 2, n_blocks=2, use_bn=False)
