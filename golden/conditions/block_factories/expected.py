from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class DenseBlock(nn.Module):
    def __init__(self, features, units, activation=None):
        super().__init__()
        self.dense = nn.Linear(features, units)
        self.activation = Activation(activation)

    def forward(self, x):
        return self.activation(self.dense(x))


class Bottleneck(nn.Module):
    def __init__(self, features, units):
        super().__init__()
        self.dense = nn.Linear(features, units // 2, bias=False)
        self.dense_1 = nn.Linear(units // 2, units)

    def forward(self, x):
        x = self.dense(x)
        return self.dense_1(F.relu(x))


class Build(nn.Module):
    def __init__(self, kind="dense", units=8, norm=False, head="linear"):
        super().__init__()
        if kind != "dense" and kind != "bottleneck":
            raise ValueError(f"unknown block: {kind}")
        self.dense = DenseBlock(6, units) if kind == "dense" else Bottleneck(6, units)
        self.dense_1 = (
            DenseBlock(units, units * 2)
            if kind == "dense"
            else Bottleneck(units, units * 2)
        )
        features = units * 2
        if norm:
            self.bottleneck = Bottleneck(units * 2, units)
            features = units
        else:
            self.bottleneck = None
        self.dense_2 = (
            DenseBlock(features, 3)
            if head == "linear"
            else DenseBlock(features, 5, activation="softmax")
        )
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = self.dense_1(x)
        # an optional block after each
        if self.bottleneck is not None:
            x = self.bottleneck(x)
        return self.dense_2(x)


def build(kind="dense", units=8, norm=False, head="linear"):
    return Build(kind, units, norm, head)


class ByName(nn.Module):
    def __init__(self, units=4):
        super().__init__()
        self.dense = DenseBlock(6, units, "tanh")
        self.denses = nn.ModuleList()
        for _ in range(2):
            self.denses.append(DenseBlock(units, units))
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        for dense in self.denses:
            x = dense(x)
        return x


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
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build_by_name(units=4):
    return ByName(units)
