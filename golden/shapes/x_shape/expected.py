"""Squeeze and excitation, the way many repositories write it."""

import torch
from torch import nn
from torch.nn import functional as F


class SqueezeExciteBlock(nn.Module):
    def __init__(self, filters, ratio=4):
        super().__init__()
        self.dense = nn.Linear(filters, filters // ratio, bias=False)
        self.dense_1 = nn.Linear(filters // ratio, filters, bias=False)

    def forward(self, init):
        se = init.mean((2, 3))
        se = se[:, None, None]
        se = F.relu(self.dense(se))
        se = torch.sigmoid(self.dense_1(se))
        se = se.permute(0, 3, 1, 2)
        return init * se


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 8, 3)
        self.squeeze_excite_block = SqueezeExciteBlock(8)
        self.conv2d_1 = nn.Conv2d(8, 16, 3)
        self.squeeze_excite_block_1 = SqueezeExciteBlock(16, ratio=8)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = self.squeeze_excite_block(x)
        x = F.relu(self.conv2d_1(x))
        x = self.squeeze_excite_block_1(x)
        return x.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


model = Model()
