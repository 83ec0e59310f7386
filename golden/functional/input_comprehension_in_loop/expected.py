import torch
from torch import nn
from torch.nn import functional as F


class Fusion(nn.Module):
    def __init__(self, sources=2, size=8, classes=3):
        super().__init__()
        features = []
        self.denses = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for _ in range(sources):
            self.denses.append(nn.Linear(size, 16))
            self.dropouts.append(nn.Dropout(0.1))
            features.append(16)
        self.dense = nn.Linear(sum(features), classes)
        self.apply(init_like_keras)

    def forward(self, *inputs):
        features = []
        for x, dense, dropout in zip(inputs, self.denses, self.dropouts):
            x = F.relu(dense(x))
            features.append(dropout(x))
        x = torch.cat(features, dim=-1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_fusion(sources=2, size=8, classes=3):
    """As many inputs as there are sources."""
    return Fusion(sources, size, classes)


model = build_fusion(3)
