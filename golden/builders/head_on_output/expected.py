from torch import nn
from torch.nn import functional as F


class Backbone(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.conv2d = nn.Conv2d(3, width, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = F.max_pool2d(x, 2)
        return x.permute(0, 2, 3, 1)


def make_backbone(width=8):
    return Backbone(width)


class AddHead(nn.Module):
    def __init__(self, base, n_classes, dropout=0.0):
        super().__init__()
        self.base = base
        self.dropout = nn.Dropout(dropout) if dropout else None
        self.dense = nn.Linear(8, n_classes)
        self.dense.apply(init_like_keras)

    def forward(self, x):
        x = self.base(x)
        x = x.mean((1, 2))
        if self.dropout is not None:
            x = self.dropout(x)
        return F.softmax(self.dense(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def add_head(base, n_classes, dropout=0.0):
    return AddHead(base, n_classes, dropout)


backbone = make_backbone()
model = add_head(backbone, 3)
