import torch
from torch import nn


class Critic(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.dense = nn.Linear(6, width)
        self.dense_1 = nn.Linear(width, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = torch.tanh(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_critic(width, target):
    if target:
        # follows the other one slowly
        return Critic(width)
    return Critic(width)


critics = []
for width in (4, 8):
    critics.append(build_critic(width, False))
target = build_critic(8, True)
