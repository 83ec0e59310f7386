import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv1d = nn.Conv1d(channels, filters, 2)

    def forward(self, x):
        x = self.conv1d(x)
        return x * torch.sigmoid(x)


class Smooth(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1d = nn.Conv1d(channels, 4, 2)

    def forward(self, x):
        x = self.conv1d(x)
        return x - torch.tanh(x)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block(3, 4)
        self.blocks = nn.ModuleList()
        for _ in range(2):
            self.blocks.append(Block(4, 4))
        self.smooth = Smooth(4)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = self.block(x)
        for block in self.blocks:
            x = block(x)
        x = self.smooth(x)
        return x.transpose(1, 2)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv1d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_model():
    return Model()


model = build_model()
