"""The upper path is cropped to the lower one, and its rows are taken apart."""

import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = Conv2dSame(3, 4, 3, stride=2)
        self.conv2d_1 = Conv2dSame(4, 4, 3, stride=2)
        self.apply(init_like_keras)

    def forward(self, inputs):
        inputs = inputs.permute(0, 3, 1, 2)
        small = self.conv2d(inputs)
        smaller = self.conv2d_1(small)
        up = F.interpolate(smaller, scale_factor=2)

        up_shape = (up.shape[0], up.shape[2], up.shape[3], up.shape[1])
        shape = (small.shape[0], small.shape[2], small.shape[3], small.shape[1])
        crop = up.permute(0, 2, 3, 1)[
            :,
            (up_shape[1] - shape[1]) // 2 : (up_shape[1] - shape[1]) // 2 + shape[1],
            (up_shape[2] - shape[2]) // 2 : (up_shape[2] - shape[2]) // 2 + shape[2],
            :,
        ]
        crop = crop.permute(0, 3, 1, 2)
        x = F.softmax(crop + small, dim=1)

        rows = [(x.shape[0], x.shape[2], x.shape[3], x.shape[1])[k] for k in range(4)]
        half = int(rows[1] / 2)
        above = x.permute(0, 2, 3, 1)[:, 0:half, :, 0]
        below = x.permute(0, 2, 3, 1)[:, half:, :, 0]
        return torch.cat([below, above], dim=1), x.permute(0, 2, 3, 1)


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
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_model():
    return Model()
