import copy
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

BLOCKS = [
    {"kind": 0, "units": 8, "repeat": 1},
    {"kind": 1, "units": 16, "repeat": 2, "activation": "tanh"},
]


class Plain(nn.Module):
    """One dense layer."""

    def __init__(self, features, units, activation="relu", rate=0.0):
        super().__init__()
        self.dense = nn.Linear(features, units)
        self.activation = Activation(activation)
        self.dropout = nn.Dropout(rate)
        self.out_channels = units

    def forward(self, x):
        x = self.activation(self.dense(x))
        return self.dropout(x)


class Gated(nn.Module):
    """A dense layer and its gate."""

    def __init__(self, features, units, activation="relu", rate=0.0):
        super().__init__()
        self.dense = nn.Linear(features, units)
        self.activation = Activation(activation)
        self.dense_1 = nn.Linear(features, units)
        self.dropout = nn.Dropout(rate)
        self.out_channels = units

    def forward(self, inputs):
        x = self.activation(self.dense(inputs))
        gate = torch.sigmoid(self.dense_1(inputs))
        x = x * gate
        return self.dropout(x)


class Build(nn.Module):
    def __init__(self, features=4, blocks_args=BLOCKS, rate=0.2):
        super().__init__()
        features2 = features
        blocks_args = copy.deepcopy(blocks_args)
        b = 0
        self.plains = nn.ModuleList()
        for args in blocks_args:
            kind2 = args.pop("kind")
            if kind2 not in (0, 1):
                raise KeyError(kind2)
            plains = nn.ModuleList()
            for j in range(args.pop("repeat")):
                # the first keeps its activation
                if j > 0:
                    args["activation"] = "relu"
                if kind2 == 0:
                    plains.append(
                        Plain(features2, rate=rate * b / len(blocks_args), **args)
                    )
                    features2 = plains[-1].out_channels
                else:
                    plains.append(
                        Gated(features2, rate=rate * b / len(blocks_args), **args)
                    )
                    features2 = plains[-1].out_channels
                b += 1
            self.plains.append(plains)
        self.apply(init_like_keras)

    def forward(self, x):
        for plains in self.plains:
            for plain in plains:
                x = plain(x)
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
        nn.init.zeros_(module.bias)


def build(features=4, blocks_args=BLOCKS, rate=0.2):
    return Build(features, blocks_args, rate)
