"""Arguments that many layers share come from small functions."""

from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, input_shape, widths, batch_norm=True):
        super().__init__()
        self.conv2d = nn.Conv2d(
            input_shape[-1], widths[0], 3, padding="same", bias=not batch_norm
        )
        channels = widths[0]
        self.conv2ds = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for width in widths:
            self.conv2ds.append(Conv2dSame(channels, width, 3, stride=2, bias=False))
            self.batch_normalizations.append(
                nn.BatchNorm2d(width, eps=2e-5) if batch_norm else None
            )
            channels = width
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        for conv2d, batch_normalization in zip(self.conv2ds, self.batch_normalizations):
            x = conv2d(x)
            if batch_normalization is not None:
                x = batch_normalization(x)
            x = F.relu(x)
        return x.amax((2, 3))


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
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build_encoder(input_shape, widths, batch_norm=True):
    return Encoder(input_shape, widths, batch_norm)


encoder = build_encoder((32, 32, 3), (8, 16))
