from torch import nn
from torch.nn import functional as F


class Head(nn.Module):
    def __init__(self, features, *, classes, hidden=16, dropout=0.0):
        super().__init__()
        self.dense = nn.Linear(features, hidden)
        self.dropout = nn.Dropout(dropout) if dropout > 0 else None
        self.dense_1 = nn.Linear(hidden, classes)

    def forward(self, x):
        x = F.relu(self.dense(x))
        if self.dropout is not None:
            x = self.dropout(x)
        return F.softmax(self.dense_1(x), dim=-1)


class TwoHeads(nn.Module):
    def __init__(self, n_features, *, first, second=2):
        super().__init__()
        self.head = Head(n_features, classes=first)
        self.head_1 = Head(n_features, classes=second, dropout=0.3)
        self.apply(init_like_keras)

    def forward(self, inputs):
        return self.head(inputs), self.head_1(inputs)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def two_heads(n_features, *, first, second=2):
    return TwoHeads(n_features, first=first, second=second)


model = two_heads(8, first=5)
