from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        features = 6
        self.denses = nn.ModuleList()
        for width in [16, 8]:
            self.denses.append(nn.Linear(features, width))
            features = width
        self.dense = nn.Linear(features, 4)
        self.dense_1 = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


class Scorer:
    WIDTHS = [16, 8]
    DEEP = True

    # one network for all instances
    network = Model()

    def describe(self):
        return f"{len(self.WIDTHS)} layers"
