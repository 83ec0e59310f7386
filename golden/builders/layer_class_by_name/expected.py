"""Layers that are chosen by name."""

from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, input_shape=(16, 16, 3), pooling="avg", norm="batch"):
        super().__init__()
        self.pooling = pooling
        self.conv2d = nn.Conv2d(input_shape[-1], 8, 3)
        if norm not in ("batch", "layer"):
            raise KeyError(norm)
        if norm == "batch":
            self.batch_normalization = nn.BatchNorm2d(8, eps=1e-3, momentum=0.01)
        else:
            self.layer_normalization = nn.LayerNorm(8, eps=1e-3)
            self.batch_normalization = None
        if pooling not in ("max", "avg"):
            raise KeyError(pooling)
        self.dense = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        if self.batch_normalization is not None:
            x = self.batch_normalization(x)
        else:
            x = self.layer_normalization(x.permute(0, 2, 3, 1))
            x = x.permute(0, 3, 1, 2)
        if self.pooling == "max":
            x = x.amax((2, 3))
        else:
            x = x.mean((2, 3))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(input_shape=(16, 16, 3), pooling="avg", norm="batch"):
    return Build(input_shape, pooling, norm)


model = build()
other = build(pooling="max", norm="layer")
