import torch
from torch import nn
from torch.nn import functional as F


class Discriminator(nn.Module):
    def __init__(self, size=32, filters=8):
        super().__init__()
        height = size
        width = size
        channels = 3
        self.conv2ds = nn.ModuleList()
        while size > 4:
            self.conv2ds.append(Conv2dSame(channels, filters, 4, stride=2))
            height = -(-height // 2)
            width = -(-width // 2)
            channels = filters
            filters *= 2
            size //= 2
        self.dense = nn.Linear(height * width * channels, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = conv2d(x)
            x = F.leaky_relu(x, 0.25)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return torch.sigmoid(self.dense(x))


def same_padding(x, kernel_size, stride):
    """What TensorFlow's "same" pads, for F.pad: the odd cell goes to the far side."""
    padding = []
    for size, k, s in zip(x.shape[2:], kernel_size, stride):
        total = max(k - (size % s or s), 0)
        padding = [total // 2, total - total // 2, *padding]
    return padding


class Conv2dSame(nn.Conv2d):
    """Pads as TensorFlow's "same" does, whatever the size of the input."""

    def forward(self, x):
        padding = same_padding(x, self.kernel_size, self.stride)
        if padding[::2] != padding[1::2]:
            return super().forward(F.pad(x, padding))
        pad = padding[::-2]  # alike on both sides: the convolution pads without a copy
        return F.conv2d(x, self.weight, self.bias, self.stride, pad, groups=self.groups)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def discriminator(size=32, filters=8):
    """Halve the image until it is four pixels wide."""
    return Discriminator(size, filters)


model = discriminator()
