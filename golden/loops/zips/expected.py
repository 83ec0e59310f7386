from torch import nn
from torch.nn import functional as F

FILTERS = (8, 16, 16)
KERNELS = (5, 3, 3)
STRIDES = (2, 1, 2)


class Encoder(nn.Module):
    def __init__(
        self, shape=(32, 32, 1), filters=FILTERS, kernels=KERNELS, strides=STRIDES
    ):
        super().__init__()
        channels = shape[-1]
        self.conv2ds = nn.ModuleList()
        for n, kernel, stride in zip(filters, kernels, strides):
            self.conv2ds.append(Conv2dSame(channels, n, kernel, stride=stride))
            channels = n
        self.dense = nn.Linear(channels, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
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


def build_encoder(shape=(32, 32, 1), filters=FILTERS, kernels=KERNELS, strides=STRIDES):
    return Encoder(shape, filters, kernels, strides)


encoder = build_encoder()
