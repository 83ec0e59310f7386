import torch
from torch import nn


class Embed(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.dense = nn.Linear(features, 4)

    def forward(self, x):
        return torch.tanh(self.dense(x))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = Embed(6)
        self.embed_1 = Embed(3)
        self.dense = nn.Linear(4, 2)
        self.dense_1 = nn.Linear(4, 2)
        self.apply(init_like_keras)

    def forward(self, inputs2, inputs3):
        inputs = (inputs2, inputs3)
        left, right = self.embed(inputs[0]), self.embed_1(inputs[1])
        return self.dense(left) + self.dense_1(right)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
