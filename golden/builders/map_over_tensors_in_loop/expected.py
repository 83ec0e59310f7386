import torch
from torch import nn
from torch.nn import functional as F


class Heads(nn.Module):
    def __init__(self, channels, count=2):
        super().__init__()
        self.count = count
        self.dense = nn.Linear(channels, 8)

    def forward(self, x):
        x = self.dense(x)
        return x.reshape(-1, 6, self.count, 4)


class Attention(nn.Module):
    def __init__(self, channels, k_channels, v_channels):
        super().__init__()
        self.heads = Heads(channels)
        self.heads_1 = Heads(k_channels)
        self.heads_2 = Heads(v_channels)

    def forward(self, q, k, v):
        q, k, v = self.heads(q), self.heads_1(k), self.heads_2(v)
        a, b = q.reshape(-1, 6, 8), k.reshape(-1, 6, 8)
        scores = F.softmax(a @ b.transpose(1, 2), dim=-1)
        return scores @ v.reshape(-1, 6, 8)


class Build(nn.Module):
    def __init__(self, blocks=2):
        super().__init__()
        self.dense = nn.Linear(5, 8)
        self.attentions = nn.ModuleList()
        for _ in range(blocks):
            self.attentions.append(Attention(8, 8, 8))
        self.dense_1 = nn.Linear(8, 3)
        self.dense_2 = nn.Linear(5, 3)
        self.apply(init_like_keras)

    def forward(self, inputs):
        x = self.dense(inputs)
        for attention in self.attentions:
            x = x + attention(x, x, x)
        left, right = self.dense_1(x), self.dense_2(inputs)
        return torch.cat([left, right], dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(blocks=2):
    return Build(blocks)


model = build()
