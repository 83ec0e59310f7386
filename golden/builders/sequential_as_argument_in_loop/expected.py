from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, input_dim=6, widths=(8, 4), classes=3):
        super().__init__()
        features = input_dim
        self.denses = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for width in widths:
            self.denses.append(nn.Linear(features, width))
            # regularize
            self.dropouts.append(nn.Dropout(0.2))
            features = width
        self.dense = nn.Linear(features, 16)
        self.dropout = nn.Dropout()
        self.dense_1 = nn.Linear(16, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense, dropout in zip(self.denses, self.dropouts):
            x = F.relu(dense(x))
            x = dropout(x)
        x = F.relu(self.dense(x))
        x = self.dropout(x)
        return F.softmax(self.dense_1(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(input_dim=6, widths=(8, 4), classes=3):
    net = Build(input_dim, widths, classes)
    return net
