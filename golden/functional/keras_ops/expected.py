import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 4)
        self.dense_1 = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, a, b):
        x = torch.cat([a, b], dim=-1)
        x = self.dense(x)
        attention = F.softmax(x @ a.transpose(1, 2) / 2.0, dim=-1)
        x = attention @ b
        x = x.abs().mean(dim=1)
        x = torch.stack([x, a.amax(dim=1)], dim=1)
        x = x.reshape(-1, 8)
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
