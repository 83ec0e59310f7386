from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, features, n):
        super().__init__()
        self.denses = nn.ModuleList()
        for _ in range(n):
            self.denses.append(nn.Linear(features, 6))
            features = 6
        self.out_channels = features

    def forward(self, x):
        for dense in self.denses:
            x = F.silu(dense(x))
        return x


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block(6, 2)
        self.apply(init_like_keras)

    def forward(self, inputs):
        return self.block(inputs)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
