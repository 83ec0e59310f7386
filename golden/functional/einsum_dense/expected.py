import math

import torch
from torch import nn


class Mixer(nn.Module):
    def __init__(self):
        super().__init__()
        self.einsum_dense = nn.Linear(12, 8)
        self.einsum_dense_1 = with_init(
            EinsumDense("abc,bd->adc", (6, 6), (6, 1)),
            weight=lambda w: nn.init.normal_(w, std=0.05),
        )
        self.projection = with_init(nn.Linear(8, 5, bias=False), weight=he_normal_)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.einsum_dense(x))
        # mixes the steps, a column at a time
        y = self.einsum_dense_1(x)
        x = x + y
        return self.projection(x)


class EinsumDense(nn.Module):
    """A dense layer over the axes that an equation names."""

    def __init__(self, equation, shape, bias_shape=None):
        super().__init__()
        self.equation = equation
        self.weight = nn.Parameter(torch.empty(shape))
        self.bias = nn.Parameter(torch.zeros(bias_shape)) if bias_shape else None
        axes, outputs = equation.split(",")[1].split("->")
        fan_out = math.prod(n for axis, n in zip(axes, shape) if axis in outputs)
        bound = (6 / (self.weight.numel() / fan_out + fan_out)) ** 0.5
        nn.init.uniform_(self.weight, -bound, bound)

    def forward(self, x):
        x = torch.einsum(self.equation, x, self.weight)
        return x if self.bias is None else x + self.bias


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


mixer = Mixer()
