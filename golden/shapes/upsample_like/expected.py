import torch
from torch import nn
from torch.nn import functional as F


def resize_to(x, like):
    return F.interpolate(x, size=like.shape[2:], mode="nearest-exact")


def resize_like(x, like):
    size = like.shape[2:]
    return F.interpolate(x, size=size, mode="nearest-exact")


class ASPP(nn.Module):
    """Dilated convolutions beside one average of the whole image."""

    def __init__(self, channels, filters):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters, 1)
        self.conv2d_1 = nn.Conv2d(channels, filters, 3, dilation=2, padding="same")

    def forward(self, x):
        dims = (x.shape[0], x.shape[2], x.shape[3], x.shape[1])
        pooled = F.avg_pool2d(x, (dims[-3], dims[-2]))
        pooled = self.conv2d(pooled)
        pooled = F.interpolate(
            pooled,
            scale_factor=(dims[-3] // pooled.shape[2], dims[-2] // pooled.shape[3]),
        )
        out = self.conv2d_1(x)
        return torch.cat([pooled, out], dim=1)


class Decoder(nn.Module):
    def __init__(self, shape=(12, 20, 3)):
        super().__init__()
        self.conv2d = Conv2dSame(shape[-1], 4, 3, stride=2)
        self.conv2d_1 = Conv2dSame(4, 4, 3, stride=2)
        self.conv2d_2 = nn.Conv2d(12, 1, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        inputs = inputs.permute(0, 3, 1, 2)
        a = self.conv2d(inputs)
        b = self.conv2d_1(a)
        x = torch.cat([a, resize_to(b, a), resize_like(b, a)], dim=1)
        return self.conv2d_2(x).permute(0, 2, 3, 1)


def build_decoder(shape=(12, 20, 3)):
    return Decoder(shape)


class Deeplab(nn.Module):
    def __init__(self, size=16):
        super().__init__()
        self.size = size
        self.conv2d = Conv2dSame(3, 8, 3, stride=2)
        self.conv2d_1 = Conv2dSame(8, 8, 3, stride=2)
        self.aspp = ASPP(8, 4)
        self.conv2d_2 = nn.Conv2d(16, 2, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        y = self.conv2d_1(x)
        y = self.aspp(y)
        y = F.interpolate(
            y, scale_factor=(self.size // 2 // y.shape[2], self.size // 2 // y.shape[3])
        )
        y = torch.cat([x, y], dim=1)
        return self.conv2d_2(y).permute(0, 2, 3, 1)


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


def build_deeplab(size=16):
    return Deeplab(size)
