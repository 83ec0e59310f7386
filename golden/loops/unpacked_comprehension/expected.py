from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, width=24, scaled=True):
        super().__init__()
        self.scaled = scaled
        self.width = width
        self.dense = nn.Linear(width, width)
        self.dense_1 = nn.Linear(width, width)
        self.dense_2 = nn.Linear(width, width)
        self.apply(init_like_keras)

    def forward(self, inputs):
        q = self.dense(inputs)
        k = self.dense_1(inputs)
        v = self.dense_2(inputs)
        weights = q @ k.transpose(1, 2)
        if self.scaled:
            weights = weights * self.width**-0.5
        weights = F.softmax(weights, dim=-1)
        return weights @ v


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def attention(steps=10, width=24, scaled=True):
    return Attention(width, scaled)


model = attention()
