import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, width, height, depth, filters=(8, 16), latentDim=6):
        super().__init__()
        height2 = height
        width2 = width
        channels = depth
        self.conv2ds = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for f in filters:
            self.conv2ds.append(Conv2dSame(channels, f, 3, stride=2))
            height2 = -(-height2 // 2)
            width2 = -(-width2 // 2)
            self.batch_normalizations.append(nn.BatchNorm2d(f, eps=1e-3, momentum=0.01))
            channels = f
        self.dense = nn.Linear(height2 * width2 * channels, latentDim)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d, batch_normalization in zip(self.conv2ds, self.batch_normalizations):
            x = conv2d(x)
            x = F.leaky_relu(x, 0.2)
            x = batch_normalization(x)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


class Decoder(nn.Module):
    def __init__(self, width, height, depth, filters=(8, 16), latentDim=6):
        super().__init__()
        height2 = height
        width2 = width
        channels = depth
        for f in filters:
            height2 = -(-height2 // 2)
            width2 = -(-width2 // 2)
            channels = f
        volumeSize = (None, height2, width2, channels)
        self.dense = nn.Linear(latentDim, np.prod(volumeSize[1:]))
        channels = volumeSize[3]
        self.conv2d_transposes = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for f in filters[::-1]:
            self.conv2d_transposes.append(nn.ConvTranspose2d(channels, f, 3, stride=2))
            self.batch_normalizations.append(nn.BatchNorm2d(f, eps=1e-3, momentum=0.01))
            channels = f
        self.conv2d_transpose = nn.ConvTranspose2d(channels, depth, 3, padding=1)
        self.volumeSize = volumeSize
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = x.reshape(-1, self.volumeSize[1], self.volumeSize[2], self.volumeSize[3])
        x = x.permute(0, 3, 1, 2)
        for conv2d_transpose, batch_normalization in zip(
            self.conv2d_transposes, self.batch_normalizations
        ):
            x = conv2d_transpose(x)[..., :-1, :-1]
            x = F.leaky_relu(x, 0.2)
            x = batch_normalization(x)
        x = self.conv2d_transpose(x)
        outputs = torch.sigmoid(x)
        return outputs.permute(0, 2, 3, 1)


class Autoencoder(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, inputs):
        return self.decoder(self.encoder(inputs))


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


class ConvAutoencoder:
    @staticmethod
    def build(width, height, depth, filters=(8, 16), latentDim=6):
        encoder = Encoder(width, height, depth, filters, latentDim)
        decoder = Decoder(width, height, depth, filters, latentDim)
        autoencoder = Autoencoder(encoder, decoder)
        return (encoder, decoder, autoencoder)


(encoder, decoder, autoencoder) = ConvAutoencoder.build(10, 12, 1)
