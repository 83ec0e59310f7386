import torch
from torch import nn
from torch.nn import functional as F

INPUT_DIM = 12
results = {}


class Model(nn.Module):
    def __init__(self, dropout, units):
        super().__init__()
        self.dense = nn.Linear(INPUT_DIM, units)
        self.dropout = nn.Dropout(dropout)
        self.dense_1 = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = self.dropout(x)
        return torch.sigmoid(self.dense_1(x))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


for dropout in [0.0, 0.2]:
    for units in [16, 32]:
        name = f"{units}-{dropout}"
        model = Model(dropout, units)
        results[name] = model
