USE_TF = True

from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, units=(8, 4)):
        super().__init__()
        features = 5
        self.denses = nn.ModuleList()
        for n in units:
            self.denses.append(nn.Linear(features, n))
            features = n
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(units=(8, 4)):
    return Build(units)


model = build()
