from torch import nn


class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(5, 4)
        self.dense_1 = nn.Linear(4, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        features = self.dense(x)
        return self.dense_1(features)


class Build(nn.Module):
    def __init__(self, base):
        super().__init__()
        self.dense = base.dense
        self.dense_1 = nn.Linear(4, 2)
        self.dense_1.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build():
    base = Base()
    return Build(base)
