from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class DenseBlock(nn.Module):
    def __init__(self, features, units, *, activation="tanh", use_bias=True):
        super().__init__()
        self.dense = with_init(
            nn.Linear(features, units, bias=use_bias), weight=he_normal_
        )
        self.activation = Activation(activation)

    def forward(self, x):
        return self.activation(self.dense(x))


class EncoderModel(nn.Module):
    def __init__(self, widths, features=5):
        super().__init__()
        features2 = features
        self.denses = nn.ModuleList()
        self.denses_1 = nn.ModuleList()
        for width in widths:
            self.denses.append(DenseBlock(features2, width))
            features2 = width
            self.denses_1.append(
                DenseBlock(width, width, activation="relu") if width > 4 else None
            )
        self.dense = DenseBlock(features2, 2, activation=None, use_bias=False)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense, dense2 in zip(self.denses, self.denses_1):
            x = dense(x)
            if dense2 is not None:
                x = dense2(x)
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


def he_normal_(weight):
    """He normal, cut off at two standard deviations as in Keras."""
    std = (2 / weight[0].numel()) ** 0.5 / 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)


def with_init(module, **inits):
    """Start these weights of a layer in their own way, the others as Keras does."""
    init_like_keras(module)
    for name, init in inits.items():
        weight = getattr(module, name, None)  # there may be none, or a fixed one
        if isinstance(weight, nn.Parameter) or name.startswith("running"):
            init(weight)
    module.initialized = True
    return module


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if hasattr(module, "initialized"):
        return
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


class Encoder:
    def __init__(self, widths):
        self.widths = widths

    def build(self, features=5):
        return EncoderModel(self.widths, features)


model = Encoder((4, 8)).build()
