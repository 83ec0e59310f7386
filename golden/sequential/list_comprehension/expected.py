import torch
from torch import nn
from torch.nn import functional as F

HIDDEN = [128, 64, 32]


class Churn(nn.Module):
    def __init__(self):
        super().__init__()
        features = 20
        self.denses = nn.ModuleList()
        for units in HIDDEN:
            self.denses.append(nn.Linear(features, units))
            features = units
        self.dropout = nn.Dropout()
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
        x = self.dropout(x)
        return torch.sigmoid(self.dense(x))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Churn()
