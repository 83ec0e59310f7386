from torch import nn
from torch.nn import functional as F


class ConvBN(nn.Module):
    def __init__(self, channels, filters, size, activate=True):
        super().__init__()
        self.activate = activate
        self.conv2d = nn.Conv2d(channels, filters, size, padding="same", bias=False)
        self.batch_normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)

    def forward(self, x):
        x = self.conv2d(x)
        x = self.batch_normalization(x)
        if self.activate:
            x = F.relu(x)
        return x


class Build(nn.Module):
    def __init__(self, activate=False, squeeze=True):
        super().__init__()
        self.squeeze = squeeze
        self.conv_bn = ConvBN(3, 4, 3)
        self.conv_bn_1 = ConvBN(4, 6, 1, activate)
        self.conv2d = nn.Conv2d(6, 5, 1) if squeeze else None
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv_bn(x)
        x = self.conv_bn_1(x)
        if self.conv2d is not None:
            x = self.conv2d(x)
        if self.squeeze:
            y = x
        else:
            y = F.max_pool2d(x, 2)
        return y.permute(0, 2, 3, 1).flatten(1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build(activate=False, squeeze=True):
    return Build(activate, squeeze)
