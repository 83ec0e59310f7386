from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class MLPBlock(nn.Module):
    def __init__(self, features, units, *, dropout=0.0, norm=None, activation="relu"):
        super().__init__()
        self.dense = nn.Linear(features, units, bias=norm is None)
        if norm == "batch":
            self.batch_normalization = nn.BatchNorm1d(units, eps=1e-3, momentum=0.01)
            self.layer_normalization = None
        else:
            self.layer_normalization = (
                nn.LayerNorm(units, eps=1e-3) if norm == "layer" else None
            )
            self.batch_normalization = None
        self.activation = Activation(activation)
        self.dropout = nn.Dropout(dropout) if dropout else None

    def forward(self, x):
        x = self.dense(x)
        if self.batch_normalization is not None:
            x = self.batch_normalization(x)
        elif self.layer_normalization is not None:
            x = self.layer_normalization(x)
        x = self.activation(x)
        if self.dropout is not None:
            x = self.dropout(x)
        return x


class Tabular(nn.Module):
    def __init__(self, n_features, *, units=(64, 32), dropout=0.2, norm="batch"):
        super().__init__()
        features = n_features
        self.mlp_blocks = nn.ModuleList()
        for n in units:
            self.mlp_blocks.append(MLPBlock(features, n, dropout=dropout, norm=norm))
            features = n
        self.mlp_block = MLPBlock(features, 8, activation="tanh")
        self.dense = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for mlp_block in self.mlp_blocks:
            x = mlp_block(x)
        x = self.mlp_block(x)
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
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def tabular(n_features, *, units=(64, 32), dropout=0.2, norm="batch"):
    """A multilayer perceptron for tables."""
    return Tabular(n_features, units=units, dropout=dropout, norm=norm)


model = tabular(10, units=(16, 16))
plain = tabular(10, norm=None, dropout=0)
