import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(6, 4)
        self.dense_1 = nn.Linear(6, 8)
        self.dense_2 = nn.Linear(4, 2)
        self.dense_3 = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, features):
        small = F.relu(self.dense(features))
        large = F.relu(self.dense_1(features))
        return torch.cat([self.dense_2(small), self.dense_3(large)], dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
