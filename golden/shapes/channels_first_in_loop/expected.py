import torch
from torch import nn
from torch.nn import functional as F

ORDER = "channels_first"


class ConvBlock(nn.Module):
    def __init__(self, width, channels, filters, strides=1):
        super().__init__()
        self.conv2d = Conv2dSame(channels, filters, 3, stride=strides)
        width = -(-width // strides)
        self.batch_normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
        self.out_width = width

    def forward(self, x):
        x = self.conv2d(x)
        x = self.batch_normalization(x)
        return F.relu(x)


class First(nn.Module):
    def __init__(self, depth=2, classes=3):
        super().__init__()
        self.separable_conv2d = nn.Sequential(
            nn.Conv2d(3, 3, 3, groups=3, bias=False), nn.Conv2d(3, 6, 1)
        )
        channels = 6
        height = 16
        width = 14
        self.conv_blocks = nn.ModuleList()
        for _ in range(depth):
            skip_channels = channels
            self.conv_blocks.append(ConvBlock(width, channels, 6))
            channels = skip_channels + 6
            height = height // 2
            width = self.conv_blocks[-1].out_width // 2
        self.conv2d_transpose = nn.ConvTranspose2d(channels, 5, 3, stride=2)
        height = height * 2
        width = width * 2
        height = height * 2
        width = width * 2
        self.depthwise_conv2d = Conv2dSame(5, 5, 3, stride=2, groups=5)
        height = -(-height // 2)
        width = -(-width // 2)
        self.dropout = nn.Dropout(0.2)
        self.dense = nn.Linear(height * width * 5 + 5, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.pad(x, (2, 2, 1, 1))
        x = F.softmax(self.separable_conv2d(x), dim=-1)
        for conv_block in self.conv_blocks:
            skip = x
            x = conv_block(x)
            x = torch.cat([x, skip], dim=1)
            x = F.max_pool2d(x, 2)
        x = self.conv2d_transpose(x)[..., :-1, :-1]
        x = F.interpolate(x, scale_factor=2)
        x = self.depthwise_conv2d(x)
        x = self.dropout(x)
        y = x.mean((2, 3))
        x = x.movedim(1, -1).flatten(1)
        x = torch.cat([x, y], dim=-1)
        return F.softmax(self.dense(x), dim=-1)


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
        weight = module.weight.detach()
        if getattr(module, "groups", 1) > 1 and module.groups == module.in_channels:
            # a depthwise kernel: all channels count as inputs
            weight = weight.unflatten(0, (module.groups, -1)).transpose(0, 1)
        nn.init.xavier_uniform_(weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build(depth=2, classes=3):
    return First(depth, classes)


model = build()
