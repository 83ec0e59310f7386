"""Residual networks for whichever Keras the caller brings."""

from torch import nn
from torch.nn import functional as F


class ResidualBlock(nn.Module):
    def __init__(self, channels, filters, stride=1):
        super().__init__()
        shortcut_channels = channels
        self.conv2d = Conv2dSame(channels, filters, 3, stride=stride, bias=False)
        self.batch_normalization = nn.BatchNorm2d(filters, eps=2e-5, momentum=0.01)
        self.conv2d_1 = nn.Conv2d(filters, filters, 3, padding="same", bias=False)
        self.batch_normalization_1 = nn.BatchNorm2d(filters, eps=2e-5, momentum=0.01)
        self.conv2d_2 = (
            nn.Conv2d(shortcut_channels, filters, 1, stride=stride, bias=False)
            if stride != 1 or shortcut_channels != filters
            else None
        )

    def forward(self, x):
        shortcut = x
        x = self.conv2d(x)
        x = self.batch_normalization(x)
        x = F.relu(x)
        x = self.conv2d_1(x)
        x = self.batch_normalization_1(x)
        # project the shortcut where the sizes differ
        if self.conv2d_2 is not None:
            shortcut = self.conv2d_2(shortcut)
        x = x + shortcut
        return F.relu(x)


class ResNetModel(nn.Module):
    def __init__(self, input_shape=(32, 32, 3), repetitions=(2, 2), classes=10):
        super().__init__()
        self.batch_normalization = partly_affine(
            nn.BatchNorm2d(input_shape[-1], eps=2e-5, momentum=0.01), scale=False
        )
        channels = input_shape[-1]
        filters = 16
        self.residual_blocks = nn.ModuleList()
        for stage, rep in enumerate(repetitions):
            residual_blocks = nn.ModuleList()
            for block in range(rep):
                stride = 2 if stage > 0 and block == 0 else 1
                residual_blocks.append(ResidualBlock(channels, filters, stride))
                channels = filters
            self.residual_blocks.append(residual_blocks)
            filters *= 2
        self.dense = nn.Linear(channels, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.batch_normalization(x)
        for residual_blocks in self.residual_blocks:
            for residual_block in residual_blocks:
                x = residual_block(x)
        x = x.mean((2, 3))
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


def partly_affine(norm, scale=True, center=True):
    """Leave out the scale or the offset: fixed at one and zero, they do nothing."""
    for name, trained in (("weight", scale), ("bias", center)):
        if not trained:
            value = getattr(norm, name).detach()
            delattr(norm, name)
            norm.register_buffer(name, value)
    return norm


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def ResNet(input_shape=(32, 32, 3), repetitions=(2, 2), classes=10, **kwargs):
    """A ResNet of basic blocks."""
    return ResNetModel(input_shape, repetitions, classes)
