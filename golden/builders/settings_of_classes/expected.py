"""Settings in classes and in instances of them."""

from dataclasses import dataclass
from enum import Enum
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class Config:
    IMAGE = (16, 16, 3)
    FILTERS = [8, 16]
    KERNEL = 3
    OPTIONS = {"rate": 0.2}


@dataclass
class Head:
    units: int = 8
    activation: str = "relu"


class Size(int, Enum):
    SMALL = 2
    LARGE = 6


cfg = Config()
head = Head(activation="tanh")


class Build(nn.Module):
    def __init__(self, config=Config):
        super().__init__()
        channels = 3
        self.conv2ds = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for filters in cfg.FILTERS:
            self.conv2ds.append(
                nn.Conv2d(channels, filters, config.KERNEL, padding="same")
            )
            self.dropouts.append(nn.Dropout(Config.OPTIONS["rate"]))
            channels = filters
        self.dense = nn.Linear(channels * 256, head.units)
        self.activation = Activation(head.activation)
        self.dense_1 = nn.Linear(head.units, Size.LARGE)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d, dropout in zip(self.conv2ds, self.dropouts):
            x = conv2d(x)
            x = dropout(x)
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = self.activation(self.dense(x))
        return self.dense_1(x)


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
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(config=Config):
    return Build(config)


model = build()
