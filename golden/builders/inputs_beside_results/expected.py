import math

import torch
from torch import nn
from torch.nn import functional as F


class Decoder(nn.Module):
    def __init__(self, features, shape):
        super().__init__()
        self.shape = shape
        self.dense = nn.Linear(features, shape[0] * shape[1] * shape[2])
        self.conv2d_transpose = nn.ConvTranspose2d(
            last_size(shape, shape[0] * shape[1] * shape[2]), 16, 3, stride=2
        )
        self.conv2d_transpose_1 = nn.ConvTranspose2d(16, 8, 3, stride=2)
        self.conv2d = nn.Conv2d(8, 1, 3, padding="same")

    def forward(self, x):
        x = self.dense(x)
        x = x.unflatten(1, self.shape)
        x = F.relu(self.conv2d_transpose(x.permute(0, 3, 1, 2))[..., :-1, :-1])
        x = F.relu(self.conv2d_transpose_1(x)[..., :-1, :-1])
        return torch.sigmoid(self.conv2d(x))


class Autoencoder(nn.Module):
    def __init__(self, input_shape=(28, 28, 1), latent_dim=4):
        super().__init__()
        self.conv2d = Conv2dSame(input_shape[-1], 8, 3, stride=2)
        self.conv2d_1 = Conv2dSame(8, 16, 3, stride=2)
        shape = (-(-input_shape[0] // 4), -(-input_shape[1] // 4), 16)
        self.dense = nn.Linear(
            -(-input_shape[0] // 4) * -(-input_shape[1] // 4) * 16, latent_dim
        )
        self.decoder = Decoder(latent_dim, shape)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = F.relu(self.conv2d_1(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        z = self.dense(x)
        return self.decoder(z).permute(0, 2, 3, 1)


def autoencoder(input_shape=(28, 28, 1), latent_dim=4):
    return Autoencoder(input_shape, latent_dim)


class TwoBranches(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense_left = nn.Linear(4, 8)
        self.dense_right = nn.Linear(6, 8)
        self.dense = nn.Linear(16, 1)
        self.apply(init_like_keras)

    def forward(self, inp, inp2):
        left = F.relu(self.dense_left(inp))
        inp = inp2
        right = F.relu(self.dense_right(inp))
        x = torch.cat([left, right], dim=-1)
        return self.dense(x)


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


def last_size(shape, elements):
    """The last size of a shape with so many elements, of which one may be -1."""
    return shape[-1] if shape[-1] > 0 else -elements // math.prod(shape)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


# one layer is enough
def two_branches():
    return TwoBranches()


model = autoencoder()
twin = two_branches()
