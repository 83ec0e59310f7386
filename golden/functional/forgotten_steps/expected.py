import math

import torch
from torch import nn
from torch.nn import functional as F


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1d = nn.Conv1d(3, 2, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.flatten(1).unflatten(1, (-1, 3))
        x = x.transpose(1, 2)
        x = self.conv1d(x)
        return x.transpose(1, 2)


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


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


head = Head()


class Model(nn.Module):
    def __init__(self, head):
        super().__init__()
        self.einsum_dense = EinsumDense("abc,dc->abd", (3, 1))
        self.head = head
        self.einsum_dense.apply(init_like_keras)

    def forward(self, x):
        # None: how many steps there are is forgotten
        x = self.einsum_dense(x)
        return self.head(x)


model = Model(head)


class Leaky(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 2)
        self.apply(init_like_keras)

    def forward(self, bins):
        y = torch.bucketize(
            bins, torch.tensor([-0.5, 0.0, 0.5], device=bins.device), right=True
        )
        return self.dense(F.leaky_relu(y.float(), 0.3))


leaky = Leaky()
