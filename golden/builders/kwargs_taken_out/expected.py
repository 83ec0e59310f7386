"""Functions that take some of their keywords for themselves."""

from torch import nn


class DenseBlock(nn.Module):
    def __init__(self, features, units, rate=0.0, *, use_bias=True):
        super().__init__()
        self.dense = nn.Linear(features, units, bias=use_bias)
        self.dropout = nn.Dropout(rate) if rate else None

    def forward(self, x):
        x = self.dense(x)
        if self.dropout is not None:
            x = self.dropout(x)
        return x


class Scaled(nn.Module):
    def __init__(self, features, units, *, scale):
        super().__init__()
        self.scale = scale
        self.dense = nn.Linear(features, units + 1)

    def forward(self, x):
        x = x * self.scale
        return self.dense(x)


class ScaledBlock(nn.Module):
    def __init__(self, features, units, *, extra=1):
        super().__init__()
        self.dense = nn.Linear(features, units + extra)

    def forward(self, x):
        return self.dense(x)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = DenseBlock(5, 8, use_bias=False, rate=0.2)
        self.dense_1 = DenseBlock(8, 6)
        self.scaled = Scaled(6, 4, scale=0.5)
        self.scaled_1 = ScaledBlock(4 + 1, 2, extra=2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = self.dense_1(x)
        x = self.scaled(x)
        return self.scaled_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


model = Model()
