from torch import nn
from torch.nn import functional as F

CONFIGS = {
    10: ("basic", [1, 1]),
    14: ("bottleneck", [1, 2]),
}


class Conv(nn.Module):
    def __init__(self, channels, filters, size, stride=1):
        super().__init__()
        self.conv2d = Conv2dSame(channels, filters, size, stride=stride)
        self.layer_normalization = nn.LayerNorm(filters, eps=1e-3)

    def forward(self, x):
        x = self.conv2d(x)
        return self.layer_normalization(x.permute(0, 2, 3, 1))


class Basic(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv = Conv(channels, filters, 3, stride)
        self.conv_1 = Conv(filters, filters, 3)
        self.conv_2 = (
            Conv(channels, filters, 1, stride)
            if stride != 1 or channels != filters
            else None
        )

    def forward(self, x):
        y = F.relu(self.conv(x))
        y = y.permute(0, 3, 1, 2)
        y = self.conv_1(y)
        if self.conv_2 is not None:
            x = self.conv_2(x)
            x = x.permute(0, 3, 1, 2)
        y = y.permute(0, 3, 1, 2)
        return F.relu(x + y)


class Bottleneck(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv = Conv(channels, filters, 1, stride)
        self.conv_1 = Conv(filters, filters * 4, 3)
        self.conv_2 = (
            Conv(channels, filters * 4, 1, stride)
            if stride != 1 or channels != filters * 4
            else None
        )

    def forward(self, x):
        y = F.relu(self.conv(x))
        y = y.permute(0, 3, 1, 2)
        y = self.conv_1(y)
        if self.conv_2 is not None:
            x = self.conv_2(x)
            x = x.permute(0, 3, 1, 2)
        y = y.permute(0, 3, 1, 2)
        return F.relu(x + y)


class ResNet(nn.Module):
    def __init__(self, depth=10, classes=3, width=4):
        super().__init__()
        kind, repeats = CONFIGS[depth]
        if kind not in ("basic", "bottleneck"):
            raise KeyError(kind)
        self.conv = Conv(3, width, 3)
        channels = width
        self.basics = nn.ModuleList()
        for stage, count in enumerate(repeats):
            basics = nn.ModuleList()
            for index in range(count):
                if kind == "basic":
                    basics.append(
                        Basic(
                            channels,
                            width * 2**stage,
                            2 if index == 0 and stage > 0 else 1,
                        )
                    )
                    channels = width * 2**stage
                else:
                    basics.append(
                        Bottleneck(
                            channels,
                            width * 2**stage,
                            2 if index == 0 and stage > 0 else 1,
                        )
                    )
                    channels = (width * 2**stage) * 4
            self.basics.append(basics)
        self.dense = nn.Linear(channels, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv(x)
        x = x.permute(0, 3, 1, 2)
        for basics in self.basics:
            for basic in basics:
                x = basic(x)
        x = x.mean((2, 3))
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


def resnet(depth=10, classes=3, width=4):
    return ResNet(depth, classes, width)
