from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class NetBlock(nn.Module):
    def __init__(self, features, n, *, activation, dropout):
        super().__init__()
        self.dense = nn.Linear(features, n)
        self.activation = Activation(activation)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        x = self.activation(self.dense(x))
        return self.dropout(x)


class Net(nn.Module):
    def __init__(self, input_dim, units=24, dropout=0.1, activation="relu"):
        super().__init__()
        self.block = NetBlock(input_dim, units, activation=activation, dropout=dropout)
        self.block_1 = NetBlock(
            units, units // 2, activation=activation, dropout=dropout
        )
        self.dense = nn.Linear(units // 2, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.block(x)
        x = self.block_1(x)
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


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_net(input_dim, units=24, dropout=0.1, activation="relu"):
    """The blocks use the settings of the function around them."""
    return Net(input_dim, units, dropout, activation)


net = build_net(9)
