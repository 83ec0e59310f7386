from torch import nn
from torch.nn import functional as F


class Tower(nn.Module):
    def __init__(self, features, height):
        super().__init__()
        # the last floor is the input itself
        if height == 0:
            x_features = features
            self.dense = None
        else:
            self.dense = nn.Linear(features, 4 * height)
            self.tower = Tower(4 * height, height - 1)
            x_features = self.tower.out_channels
        self.out_channels = x_features

    def forward(self, x):
        # the last floor is the input itself
        if self.dense is not None:
            x = self.tower(F.relu(self.dense(x)))
        return x


class Build(nn.Module):
    def __init__(self, height=3):
        super().__init__()
        self.tower = Tower(5, height)
        self.apply(init_like_keras)

    def forward(self, inputs):
        return self.tower(inputs)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(height=3):
    return Build(height)
