import torch
from torch import nn
from torch.nn import functional as F


class ConvModule(nn.Module):
    def __init__(
        self, channels, filters, kernel_width, kernel_height, stride, padding="same"
    ):
        super().__init__()
        # CONV => BN => RELU
        self.conv2d = PaddedConv2d(
            channels,
            filters,
            (kernel_width, kernel_height),
            stride=stride,
            padding=padding,
        )
        self.batch_normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)

    def forward(self, x):
        # CONV => BN => RELU
        x = self.conv2d(x)
        x = self.batch_normalization(x)
        return F.relu(x)


class InceptionModule(nn.Module):
    def __init__(self, channels, narrow, wide):
        super().__init__()
        self.conv_module = ConvModule(channels, narrow, 1, 1, (1, 1))
        self.conv_module_1 = ConvModule(channels, wide, 3, 3, (1, 1))

    def forward(self, x):
        one = self.conv_module(x)
        three = self.conv_module_1(x)
        return torch.cat([one, three], dim=1)


class SmallInceptionModel(nn.Module):
    def __init__(self, width, height, depth, classes):
        super().__init__()
        self.conv_module = ConvModule(depth, 4, 3, 3, (1, 1))
        self.inception_module = InceptionModule(4, 3, 5)
        self.dense = nn.LazyLinear(classes)
        # a batch of zeros tells the lazy layers how many inputs they have
        self.eval()(torch.zeros(1, height, width, depth))
        self.train()
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv_module(x)
        x = self.inception_module(x)
        x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = self.dense(x)
        return F.softmax(x, dim=-1)


def same_padding(x, kernel_size, stride):
    """What TensorFlow's "same" pads, for F.pad: the odd cell goes to the far side."""
    padding = []
    for size, k, s in zip(x.shape[2:], kernel_size, stride):
        total = max(k - (size % s or s), 0)
        padding = [total // 2, total - total // 2, *padding]
    return padding


class PaddedConv2d(nn.Conv2d):
    """Takes Keras's names of paddings: "valid" or "same"."""

    def __init__(self, *args, padding="valid", **kwargs):
        super().__init__(*args, **kwargs)
        self.same = padding.lower() == "same"

    def forward(self, x):
        if self.same:
            x = F.pad(x, same_padding(x, self.kernel_size, self.stride))
        return super().forward(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


class SmallInception:
    """Two branches, put together."""

    @staticmethod
    def build(width, height, depth, classes):
        return SmallInceptionModel(width, height, depth, classes)


model = SmallInception.build(8, 6, 3, 10)
