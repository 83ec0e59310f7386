import torch
from torch import nn


class Wide(nn.Module):
    def __init__(self):
        super().__init__()
        self.denses = nn.ModuleList()
        for n in range(2, 4):
            self.denses.append(nn.Linear(4, n))
        # TODO(tf2torch) T2T202: keras.layers.Dense: the argument units is not known: `n`, which a comprehension uses too
        self.dense = NotConverted(
            "T2T202: keras.layers.Dense: the argument units is not known: `n`, which a comprehension uses too"
        )
        self.apply(init_like_keras)

    def forward(self, inputs):
        parts = []
        for dense in self.denses:
            parts.append(dense(inputs))
        x = torch.cat(parts, dim=-1)
        return self.dense(x)


class NotConverted(nn.Module):
    """Stands for a layer that has no faithful translation: raises when it is called."""

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def forward(self, *inputs):
        raise NotImplementedError(self.reason)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def wide(n=5):
    return Wide()
