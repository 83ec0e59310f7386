from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, sizes=(8, 16), n=4):
        super().__init__()
        features = n
        self.denses = nn.ModuleList()
        for size in sizes:
            self.denses.append(nn.Linear(features, size))
            features = size
        self.dropout = nn.Dropout()
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
        return self.dropout(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(sizes=(8, 16), n=4):
    return Build(sizes, n)
