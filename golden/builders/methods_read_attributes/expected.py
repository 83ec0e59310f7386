from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, features, units, activation="relu", *, rate):
        super().__init__()
        self.dense = nn.Linear(features, units)
        self.activation = Activation(activation)
        self.dropout = nn.Dropout(rate)

    def forward(self, x):
        x = self.activation(self.dense(x))
        return self.dropout(x)


class Gate(nn.Module):
    def __init__(self, features, units, *, rate):
        super().__init__()
        self.dense = nn.Linear(features, units)
        self.dropout = nn.Dropout(rate)

    def forward(self, x):
        return self.dropout(x * torch.sigmoid(self.dense(x)))


class ClassifierModel(nn.Module):
    def __init__(self, rate, units, depth=2):
        super().__init__()
        features = 8
        self.blocks = nn.ModuleList()
        self.gates = nn.ModuleList()
        for _ in range(depth):
            self.blocks.append(Block(features, units, rate=rate))
            self.gates.append(Gate(units, units, rate=rate))
            features = units
        self.block = Block(features, 3, activation="softmax", rate=rate)
        self.apply(init_like_keras)

    def forward(self, x):
        for block, gate in zip(self.blocks, self.gates):
            x = block(x)
            x = gate(x)
        return self.block(x)


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


class Classifier:
    def __init__(self, rate, units=16):
        self.rate = rate
        self.units = units

    def build(self, depth=2):
        return ClassifierModel(self.rate, self.units, depth)


model = Classifier(0.1).build()
