import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        outputs = []
        self.denses = nn.ModuleList()
        for units in (4, 8):
            self.denses.append(nn.Linear(6, units))
            outputs.append(units)
        self.dense = nn.Linear(outputs[0], 2)
        self.dense_1 = nn.Linear(outputs[1], 3)
        self.apply(init_like_keras)

    def forward(self, features):
        outputs = []
        for dense in self.denses:
            outputs.append(F.relu(dense(features)))
        small, large = outputs
        return torch.cat([self.dense(small), self.dense_1(large)], dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
