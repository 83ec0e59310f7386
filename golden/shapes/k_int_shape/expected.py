"""A convolutional autoencoder that remembers the shape before Flatten."""

import torch
from torch import nn
from torch.nn import functional as F

filters = [16, 32]


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        height = 28
        width = 28
        channels = 1
        self.conv2ds = nn.ModuleList()
        for f in filters:
            self.conv2ds.append(Conv2dSame(channels, f, 3, stride=2))
            height = -(-height // 2)
            width = -(-width // 2)
            channels = f
        self.dense = nn.Linear(height * width * channels, 8)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
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


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


encoder = Encoder()


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        height = 28
        width = 28
        for f in filters:
            height = -(-height // 2)
            width = -(-width // 2)
            channels = f

        # Shape info needed to build the decoder
        shape = (None, height, width, channels)
        self.dense = nn.Linear(8, shape[1] * shape[2] * shape[3])
        channels = shape[3]
        self.conv2d_transposes = nn.ModuleList()
        for f in filters[::-1]:
            self.conv2d_transposes.append(nn.ConvTranspose2d(channels, f, 3, stride=2))
            channels = f
        self.conv2d_transpose = nn.ConvTranspose2d(channels, 1, 3, padding=1)
        self.shape = shape
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = x.reshape(-1, self.shape[1], self.shape[2], self.shape[3])
        x = x.permute(0, 3, 1, 2)
        for conv2d_transpose in self.conv2d_transposes:
            x = F.relu(conv2d_transpose(x)[..., :-1, :-1])
        outputs = torch.sigmoid(self.conv2d_transpose(x))
        return outputs.permute(0, 2, 3, 1)


decoder = Decoder()
