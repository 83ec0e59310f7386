from torch import nn
from torch.nn import functional as F


class ConvBN(nn.Module):
    def __init__(self, channels, filters, stride=1):
        super().__init__()
        self.conv2d = Conv2dSame(channels, filters, 3, stride=stride, bias=False)
        self.batch_normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)

    def forward(self, x):
        x = self.conv2d(x)
        x = self.batch_normalization(x)
        return F.relu(x)


class Net(nn.Module):
    def __init__(self, widths=(16, 32, 64)):
        super().__init__()
        channels = 3
        self.conv_bns = nn.ModuleList()
        for width in widths:
            self.conv_bns.append(ConvBN(channels, width, stride=2))
            channels = width
        self.dense = nn.Linear(channels, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv_bn in self.conv_bns:
            x = conv_bn(x)
        x = x.amax((2, 3))
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
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def make_net(widths=(16, 32, 64)):
    return Net(widths)


net = make_net()
