"""A U-Net that works with either Keras."""

import torch
from torch import nn
from torch.nn import functional as F


class ConvBNReLU(nn.Module):
    def __init__(self, channels, filters, use_batchnorm=True):
        super().__init__()
        self.conv2d = nn.Conv2d(
            channels, filters, 3, padding="same", bias=not use_batchnorm
        )
        self.batch_normalization = (
            nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01) if use_batchnorm else None
        )

    def forward(self, x):
        x = self.conv2d(x)
        if self.batch_normalization is not None:
            x = self.batch_normalization(x)
        return F.relu(x)


class DecoderBlock(nn.Module):
    def __init__(self, channels, skip_channels, filters, use_batchnorm):
        super().__init__()
        channels = channels + skip_channels
        self.conv_bn_relu = ConvBNReLU(channels, filters, use_batchnorm)
        self.conv_bn_relu_1 = ConvBNReLU(filters, filters, use_batchnorm)

    def forward(self, x, skip):
        x = F.interpolate(x, scale_factor=2)
        x = torch.cat([x, skip], dim=1)
        x = self.conv_bn_relu(x)
        return self.conv_bn_relu_1(x)


class UNet(nn.Module):
    def __init__(self, input_shape=(32, 32, 1), filters=(8, 16), use_batchnorm=True):
        super().__init__()
        channels = input_shape[-1]
        skips = []
        self.conv_bn_relus = nn.ModuleList()
        for f in filters:
            self.conv_bn_relus.append(ConvBNReLU(channels, f, use_batchnorm))
            skips.append(f)
            channels = f
        self.conv_bn_relu = ConvBNReLU(channels, filters[-1] * 2, use_batchnorm)
        channels = filters[-1] * 2
        self.decoder_blocks = nn.ModuleList()
        for f, skip in zip(reversed(filters), reversed(skips)):
            self.decoder_blocks.append(DecoderBlock(channels, skip, f, use_batchnorm))
            channels = f
        self.conv2d = nn.Conv2d(channels, 1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        skips = []
        # the encoder
        for conv_bn_relu in self.conv_bn_relus:
            x = conv_bn_relu(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = self.conv_bn_relu(x)
        # the decoder
        for skip, decoder_block in zip(reversed(skips), self.decoder_blocks):
            x = decoder_block(x, skip)
        outputs = torch.sigmoid(self.conv2d(x))
        return outputs.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def Unet(input_shape=(32, 32, 1), filters=(8, 16), use_batchnorm=True, **kwargs):
    return UNet(input_shape, filters, use_batchnorm)


model = Unet((32, 32, 1))
