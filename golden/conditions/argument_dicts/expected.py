from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class ConvBlock(nn.Module):
    def __init__(self, channels, filters, strides=1, activation="relu"):
        super().__init__()
        self.conv2d = Conv2dSame(channels, filters, 3, stride=strides)
        self.activation = ChannelsFirstActivation(activation)

    def forward(self, x):
        x = self.conv2d(x)
        return self.activation(x)


class MLP(nn.Module):
    def __init__(self, units=(8, 16), shape=(4,), regression=False):
        super().__init__()
        channels = shape[-1]
        self.denses = nn.ModuleList()
        for n in units:
            self.denses.append(nn.Linear(channels, n))
            channels = n
        if regression:
            self.dense = nn.Linear(channels, 3)
        else:
            self.dense_1 = nn.Linear(channels, 2)
            self.dense = None
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            # only the first layer says what it takes
            x = F.relu(dense(x))
        if self.dense is not None:
            x = self.dense(x)
        else:
            x = F.softmax(self.dense_1(x), dim=-1)
        return x


def build_mlp(units=(8, 16), shape=(4,), regression=False):
    return MLP(units, shape, regression)


class CNN(nn.Module):
    def __init__(self, deep=True, blocks=2, bias=True):
        super().__init__()
        if deep:
            self.conv2d = nn.Conv2d(3, 4, 3, stride=2)
        else:
            self.conv2d_1 = nn.Conv2d(3, 4, 3)
            self.conv2d = None
        self.conv2d_2 = (
            nn.Conv2d(4, 4, 3, bias=False) if not bias else nn.Conv2d(4, 4, 3)
        )
        channels = 4
        self.conv_blocks = nn.ModuleList()
        for i in range(blocks):
            self.conv_blocks.append(
                ConvBlock(channels, 4 + i, strides=2, activation="tanh")
                if i == 0
                else ConvBlock(channels, 4 + i, strides=1)
            )
            channels = 4 + i
        self.apply(init_like_keras)

    def forward(self, inputs):
        inputs = inputs.permute(0, 3, 1, 2)
        if self.conv2d is not None:
            x = self.conv2d(F.pad(inputs, (0, 1, 0, 1)))
        else:
            x = self.conv2d_1(inputs)
        x = F.relu(self.conv2d_2(x))
        for conv_block in self.conv_blocks:
            x = conv_block(x)
        return x.permute(0, 2, 3, 1).flatten(1)


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


def build_cnn(deep=True, blocks=2, bias=True):
    return CNN(deep, blocks, bias)
