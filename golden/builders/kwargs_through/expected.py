"""Blocks that pass on whatever their layer takes."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class Conv(nn.Module):
    def __init__(
        self,
        channels,
        filters,
        size=3,
        *,
        activation=None,
        use_bias=True,
        strides=(1, 1),
        dilation_rate=(1, 1),
    ):
        super().__init__()
        self.conv2d = PaddedDilatedConv2d(
            channels,
            filters,
            size,
            stride=strides,
            dilation=dilation_rate,
            padding="same",
            bias=use_bias,
        )
        self.activation = ChannelsFirstActivation(activation)

    def forward(self, x):
        return self.activation(self.conv2d(x))


class ConvBN(nn.Module):
    def __init__(
        self,
        channels,
        filters,
        momentum=0.9,
        *,
        strides=(1, 1),
        size=3,
        dilation_rate=(1, 1),
    ):
        super().__init__()
        self.conv = Conv(
            channels,
            filters,
            use_bias=False,
            strides=strides,
            size=size,
            dilation_rate=dilation_rate,
        )
        self.batch_normalization = nn.BatchNorm2d(
            filters, eps=1e-3, momentum=1 - momentum
        )

    def forward(self, x):
        x = self.conv(x)
        x = self.batch_normalization(x)
        return F.relu(x)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = Conv(3, 8, activation="relu")
        self.conv_bn = ConvBN(8, 16, strides=2)
        self.conv_bn_1 = ConvBN(16, 16, size=5, dilation_rate=2)
        self.dense = nn.Linear(16, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv(x)
        x = self.conv_bn(x)
        x = self.conv_bn_1(x)
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


def same_padding(x, kernel_size, stride):
    """What TensorFlow's "same" pads, for F.pad: the odd cell goes to the far side."""
    padding = []
    for size, k, s in zip(x.shape[2:], kernel_size, stride):
        total = max(k - (size % s or s), 0)
        padding = [total // 2, total - total // 2, *padding]
    return padding


class PaddedDilatedConv2d(nn.Conv2d):
    """Takes Keras's names of paddings: "valid" or "same"."""

    def __init__(self, *args, padding="valid", **kwargs):
        super().__init__(*args, **kwargs)
        self.same = padding.lower() == "same"

    def forward(self, x):
        if self.same:
            reach = [(k - 1) * d + 1 for k, d in zip(self.kernel_size, self.dilation)]
            x = F.pad(x, same_padding(x, reach, self.stride))
        return super().forward(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


model = Model()
