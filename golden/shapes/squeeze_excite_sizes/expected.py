import torch
from torch import nn
from torch.nn import functional as F


class SEDense(nn.Module):
    """The squeeze in Dense layers, the size from K.int_shape."""

    def __init__(self, channels, ratio=4):
        super().__init__()
        self.dense = nn.Linear(channels, channels // ratio, bias=False)
        self.dense_1 = nn.Linear(channels // ratio, channels, bias=False)

    def forward(self, x):
        se = x.mean((2, 3))
        se = se[:, None, None]
        se = F.relu(self.dense(se))
        se = torch.sigmoid(self.dense_1(se))
        se = se.permute(0, 3, 1, 2)
        return x * se


class SEConvolutions(nn.Module):
    """The same in convolutions, the size from the shape."""

    def __init__(self, filters, ratio=4):
        super().__init__()
        self.conv2d = nn.Conv2d(filters, filters // ratio, 1)
        self.conv2d_1 = nn.Conv2d(filters // ratio, filters, 1)

    def forward(self, x):
        se = x.mean((2, 3))
        se = se[:, :, None, None]
        se = F.silu(self.conv2d(se))
        se = torch.sigmoid(self.conv2d_1(se))
        return se * x


class Build(nn.Module):
    def __init__(self, shape=(16, 16, 3), width=8):
        super().__init__()
        self.conv2d = nn.Conv2d(shape[-1], width, 3, padding="same")
        self.se_dense = SEDense(width)
        self.se_convolutions = SEConvolutions(width, ratio=2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = self.se_dense(x)
        x = F.max_pool2d(x, 2)
        x = self.se_convolutions(x)
        return x.mean((2, 3))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build(shape=(16, 16, 3), width=8):
    return Build(shape, width)
