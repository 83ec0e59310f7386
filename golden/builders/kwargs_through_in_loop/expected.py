from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class DenseBlock(nn.Module):
    def __init__(self, features, units, rate=0.0, *, activation, use_bias=True):
        super().__init__()
        self.dense = nn.Linear(features, units, bias=use_bias)
        self.activation = Activation(activation)
        self.dropout = nn.Dropout(rate) if rate else None

    def forward(self, x):
        x = self.activation(self.dense(x))
        if self.dropout is not None:
            x = self.dropout(x)
        return x


class MLP(nn.Module):
    def __init__(self, input_dim, units=(32, 16), *, activation=None, use_bias=True):
        super().__init__()
        features = input_dim
        self.dense_blocks = nn.ModuleList()
        for n in units:
            self.dense_blocks.append(
                DenseBlock(
                    features, n, rate=0.2, activation=activation, use_bias=use_bias
                )
            )
            features = n
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense_block in self.dense_blocks:
            x = dense_block(x)
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


def build_mlp(input_dim, units=(32, 16), **kwargs):
    """Keyword arguments go to every hidden layer."""
    return MLP(input_dim, units, **kwargs)


relu = build_mlp(8, activation="relu")
linear = build_mlp(8, units=(4,), use_bias=False)
