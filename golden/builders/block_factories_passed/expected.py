from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class ChannelSE(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, channels // reduction, 1)
        self.conv2d_1 = nn.Conv2d(channels // reduction, channels, 1)
        self.out_channels = channels

    def forward(self, tensor):
        s = tensor.mean((2, 3), keepdim=True)
        s = F.relu(self.conv2d(s))
        s = torch.sigmoid(self.conv2d_1(s))
        return tensor * s


class Residual(nn.Module):
    def __init__(self, channels, filters, stride=1, attention=None):
        super().__init__()
        self.conv2d = Conv2dSame(channels, filters, 3, stride=stride)
        self.conv2d_1 = nn.Conv2d(filters, filters, 3, padding="same")
        self.attention = attention(filters) if attention is not None else None
        if stride != 1 or channels != filters:
            self.conv2d_2 = nn.Conv2d(channels, filters, 1, stride=stride)
            channels = filters
        else:
            self.conv2d_2 = None
        self.out_channels = channels

    def forward(self, x):
        y = F.relu(self.conv2d(x))
        y = self.conv2d_1(y)
        if self.attention is not None:
            y = self.attention(y)
        # project where the sizes differ
        if self.conv2d_2 is not None:
            x = self.conv2d_2(x)
        return F.relu(x + y)


class Plain(nn.Module):
    def __init__(self, channels, filters, stride=1):
        super().__init__()
        self.conv2d = Conv2dSame(channels, filters, 3, stride=stride)
        self.out_channels = filters

    def forward(self, x):
        return F.relu(self.conv2d(x))


class ResNet(nn.Module):
    def __init__(self, input_shape=(32, 32, 3), filters=(8, 16), blocks=2):
        super().__init__()
        self.plain = Plain(input_shape[-1], 8)
        channels = self.plain.out_channels
        self.residuals = nn.ModuleList()
        for f in filters:
            residuals = nn.ModuleList()
            for i in range(blocks):
                residuals.append(Residual(channels, f, stride=2 if i == 0 else 1))
                channels = residuals[-1].out_channels
            self.residuals.append(residuals)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.plain(x)
        for residuals in self.residuals:
            for residual in residuals:
                x = residual(x)
        return x.permute(0, 2, 3, 1)


def build_resnet(input_shape=(32, 32, 3), filters=(8, 16), blocks=2):
    return ResNet(input_shape, filters, blocks)


class Senet(nn.Module):
    def __init__(self, input_shape=(32, 32, 3)):
        super().__init__()
        self.residual = Residual(
            input_shape[-1], 8, attention=partial(ChannelSE, reduction=2)
        )
        self.residual_1 = Residual(
            self.residual.out_channels, 8, attention=partial(ChannelSE, reduction=2)
        )
        self.residual_2 = Residual(
            self.residual_1.out_channels, 16, 2, attention=ChannelSE
        )
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.residual(x)
        x = self.residual_1(x)
        x = self.residual_2(x)
        return x.permute(0, 2, 3, 1)


def build_senet(input_shape=(32, 32, 3)):
    return Senet(input_shape)


class With(nn.Module):
    def __init__(self, block, input_shape=(32, 32, 3)):
        super().__init__()
        self.block = block(input_shape[-1], 8)
        self.block_1 = block(self.block.out_channels, 16, stride=2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.block(x)
        x = self.block_1(x)
        return x.mean((2, 3))


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


def build_with(block, input_shape=(32, 32, 3)):
    return With(block, input_shape)


deep = build_with(Residual)
shallow = build_with(Plain)
