from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class ConvBlock(nn.Module):
    def __init__(self, channels, filters, strides=1, activation="relu"):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters, 3, stride=strides, bias=False)
        self.batch_normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
        self.activation = ChannelsFirstActivation(activation)

    def forward(self, x):
        x = self.conv2d(x)
        x = self.batch_normalization(x)
        return self.activation(x)


class Net(nn.Module):
    def __init__(self, widths=(4, 6), pooled=True):
        super().__init__()
        channels = 3
        self.conv_blocks = nn.ModuleList()
        for width in widths:
            self.conv_blocks.append(ConvBlock(channels, width, activation="tanh"))
            channels = width
        if pooled:
            self.conv_block = ConvBlock(channels, 5, activation="tanh", strides=2)
            channels = 5
        else:
            self.conv_block = None
        self.dense = nn.Linear(channels, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv_block in self.conv_blocks:
            x = conv_block(x)
        if self.conv_block is not None:
            x = self.conv_block(x)
        x = x.mean((2, 3))
        return self.dense(x)


class Activation(nn.Module):
    """An activation by its Keras name; a function stands for itself."""

    functions = {
        None: nn.Identity(),
        "elu": F.elu,
        "exponential": torch.exp,
        "gelu": F.gelu,
        "hard_sigmoid": F.hardsigmoid,
        "leaky_relu": partial(F.leaky_relu, negative_slope=0.2),
        "linear": nn.Identity(),
        "log_softmax": partial(F.log_softmax, dim=-1),
        "mish": F.mish,
        "relu": F.relu,
        "relu6": F.relu6,
        "selu": F.selu,
        "sigmoid": torch.sigmoid,
        "silu": F.silu,
        "softmax": partial(F.softmax, dim=-1),
        "softplus": F.softplus,
        "softsign": F.softsign,
        "swish": F.silu,
        "tanh": torch.tanh,
    }

    def __init__(self, name):
        super().__init__()
        if not callable(name) and name not in self.functions:
            raise ValueError(f"unknown activation: {name!r}")
        self.function = name if callable(name) else self.functions[name]

    def forward(self, x):
        return self.function(x)


class ChannelsFirstActivation(Activation):
    """The same where channels are at dimension 1: softmax runs over them."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build_net(widths=(4, 6), pooled=True):
    return Net(widths, pooled)
