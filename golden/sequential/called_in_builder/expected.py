from torch import nn
from torch.nn import functional as F


class Head(nn.Module):
    def __init__(self, items=10):
        super().__init__()
        self.dense = nn.Linear(16, 8)
        self.layer_normalization = nn.LayerNorm(8, eps=1e-3)
        self.dense_1 = nn.Linear(8, items)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = self.layer_normalization(x)
        return self.dense_1(x)


class Ranker(nn.Module):
    def __init__(self, head):
        super().__init__()
        self.dense = nn.Linear(12, 16)
        self.head = head
        self.dense.apply(init_like_keras)

    def forward(self, queries):
        hidden = F.relu(self.dense(queries))
        return self.head(hidden)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_ranker(items=10):
    head = Head(items)
    return Ranker(head)


model = build_ranker()
