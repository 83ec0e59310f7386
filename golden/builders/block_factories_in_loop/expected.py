import torch
from torch import nn
from torch.nn import functional as F


class DenseBN(nn.Module):
    def __init__(self, features, units, rate=0.0):
        super().__init__()
        self.dense = nn.Linear(features, units, bias=False)
        self.batch_normalization = nn.BatchNorm1d(units, eps=1e-3, momentum=0.01)
        self.dropout = nn.Dropout(rate)

    def forward(self, x):
        x = self.dense(x)
        x = self.batch_normalization(x)
        return self.dropout(F.relu(x))


class ConvBN(nn.Module):
    def __init__(self, channels, filters, strides=1):
        super().__init__()
        width = max(filters, 8)
        self.conv2d = Conv2dSame(channels, width, 3, stride=strides, bias=False)
        self.batch_normalization = nn.BatchNorm2d(width, eps=1e-3, momentum=0.01)
        self.out_channels = width

    def forward(self, x):
        x = self.conv2d(x)
        return F.relu(self.batch_normalization(x))


class UpBlock(nn.Module):
    """Doubles the size and merges what comes from the encoder."""

    def __init__(self, channels, skip_channels, filters):
        super().__init__()
        if filters < 1:
            raise ValueError("no filters")
        self.conv_bn = ConvBN(channels + skip_channels, filters)
        self.out_channels = self.conv_bn.out_channels

    def forward(self, tensor, skip):
        # nearest neighbours
        y = F.interpolate(tensor, scale_factor=2)
        y = torch.cat([y, skip], dim=1)
        return self.conv_bn(y)


class UNet(nn.Module):
    def __init__(self, input_shape=(32, 32, 3), filters=(8, 16, 32), classes=2):
        super().__init__()
        channels = input_shape[-1]
        skips = []
        self.conv_bns = nn.ModuleList()
        self.conv_bns_1 = nn.ModuleList()
        for level, f in enumerate(filters):
            self.conv_bns.append(ConvBN(channels, f, strides=1 if level == 0 else 2))
            channels = self.conv_bns[-1].out_channels
            if level > 0:
                self.conv_bns_1.append(ConvBN(self.conv_bns[-1].out_channels, f))
                channels = self.conv_bns_1[-1].out_channels
            else:
                self.conv_bns_1.append(None)
            skips.append(channels)
        skips_item = skips.pop()
        channels = skips_item
        self.up_blocks = nn.ModuleList()
        for f in reversed(filters[:-1]):
            skips_item2 = skips.pop()
            self.up_blocks.append(UpBlock(channels, skips_item2, f))
            channels = self.up_blocks[-1].out_channels
        self.conv2d = nn.Conv2d(channels, classes, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        skips = []
        for conv_bn, conv_bn2 in zip(self.conv_bns, self.conv_bns_1):
            x = conv_bn(x)
            # twice in the second half
            if conv_bn2 is not None:
                x = conv_bn2(x)
            skips.append(x)
        x = skips.pop()
        for up_block in self.up_blocks:
            skip = skips.pop()
            x = up_block(x, skip)
        return self.conv2d(x).permute(0, 2, 3, 1)


def build_unet(input_shape=(32, 32, 3), filters=(8, 16, 32), classes=2):
    return UNet(input_shape, filters, classes)


class MLP(nn.Module):
    def __init__(self, features=8, widths=(16, 16), rate=0.1):
        super().__init__()
        features2 = features
        self.dense_bns = nn.ModuleList()
        for width in widths:
            self.dense_bns.append(DenseBN(features2, width, rate))
            features2 = width
        self.dense_bn = DenseBN(features2, 8)
        self.dense_bn_1 = DenseBN(8, 4, rate=rate)
        self.dense_bn_2 = DenseBN(4, 2)
        self.dense_bn_3 = DenseBN(4, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense_bn in self.dense_bns:
            x = dense_bn(x)
        x = self.dense_bn(x)
        x = self.dense_bn_1(x)
        return self.dense_bn_2(x), self.dense_bn_3(x)


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
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build_mlp(features=8, widths=(16, 16), rate=0.1):
    return MLP(features, widths, rate)
