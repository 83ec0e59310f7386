import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, features, units, *, gain, scale):
        super().__init__()
        self.gain = gain
        self.scale = scale
        self.dense = nn.Linear(features, units)

    def forward(self, x):
        return self.dense(x) * self.scale + self.gain


class Scaled(nn.Module):
    def __init__(self, scale):
        super().__init__()
        self.scale = scale
        self.dense = nn.Linear(5, 5)
        self.apply(init_like_keras)

    def forward(self, a):
        return self.dense(a) * self.scale


class ByLambda(nn.Module):
    def __init__(self, scale, units):
        super().__init__()
        self.scale = scale
        self.dense = nn.Linear(5, units)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        return x * self.scale


class Summed(nn.Module):
    def __init__(self, axis):
        super().__init__()
        self.axis = axis
        self.dense = nn.LazyLinear(2)
        # a batch of zeros tells the lazy layers how many inputs they have
        self.eval()(torch.zeros(1, 6))
        self.train()
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.unflatten(1, (self.axis + 1, -1))
        return self.dense(x.sum(dim=self.axis))


class OfBlocks(nn.Module):
    def __init__(self, gain, scale):
        super().__init__()
        self.block = Block(5, 4, gain=gain, scale=scale)
        self.block_1 = Block(4, 3, gain=gain, scale=scale)
        self.apply(init_like_keras)

    def forward(self, a):
        return self.block_1(self.block(a))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


class Host:
    gain = 3

    def __init__(self, scale=0.5, units=5):
        self.scale = scale
        self.units = units
        self.axis = 1

    def scaled(self):
        return Scaled(self.scale)

    def by_lambda(self):
        return ByLambda(self.scale, self.units)

    def summed(self):
        return Summed(self.axis)

    def of_blocks(self):
        return OfBlocks(self.gain, self.scale)


scaled = Host().scaled()
by_lambda = Host().by_lambda()
summed = Host().summed()
of_blocks = Host().of_blocks()
