import torch
from torch import nn
from torch.nn import functional as F


class UNet(nn.Module):
    def __init__(self, input_shape=(32, 32, 1), filters=(8, 16, 32)):
        super().__init__()
        channels = input_shape[-1]
        skips = []
        self.conv2ds = nn.ModuleList()
        for f in filters:
            self.conv2ds.append(nn.Conv2d(channels, f, 3, padding="same"))
            skips.append(f)
            channels = f
        self.conv2d = nn.Conv2d(channels, 64, 3, padding="same")
        channels = 64
        self.conv2ds_1 = nn.ModuleList()
        while skips:
            skips_item = skips.pop()
            channels = channels + skips_item
            self.conv2ds_1.append(nn.Conv2d(channels, 16, 3, padding="same"))
            channels = 16
        self.conv2d_1 = nn.Conv2d(channels, 1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        skips = []
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = F.relu(self.conv2d(x))
        for conv2d in self.conv2ds_1:
            skip = skips.pop()
            x = F.interpolate(x, scale_factor=2)
            x = torch.cat([x, skip], dim=1)
            x = F.relu(conv2d(x))
        return self.conv2d_1(x).permute(0, 2, 3, 1)


def build_unet(input_shape=(32, 32, 1), filters=(8, 16, 32)):
    return UNet(input_shape, filters)


class Encoder(nn.Module):
    def __init__(self, input_shape=(32, 32, 1), filters=(8, 16)):
        super().__init__()
        self.filters = filters
        channels = input_shape[-1]
        features = []
        self.conv2ds = nn.ModuleList()
        for f in filters:
            self.conv2ds.append(Conv2dSame(channels, f, 3, stride=2))
            channels = f
            features.append(f)
        features_item = features.pop()
        features2 = features_item
        if len(filters) > 1:
            features_item2 = features.pop()
            features2 = features_item + features_item2
        self.dense = nn.Linear(features2, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        features = []
        for conv2d in self.conv2ds:
            x = conv2d(x)
            features.append(x)
        last = features.pop()
        x = last.mean((2, 3))
        if len(self.filters) > 1:
            previous = features.pop()
            x = torch.cat([x, previous.mean((2, 3))], dim=-1)
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
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_encoder(input_shape=(32, 32, 1), filters=(8, 16)):
    return Encoder(input_shape, filters)
