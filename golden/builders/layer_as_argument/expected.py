from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, input_dim=16, widths=(32, 16)):
        super().__init__()
        features = input_dim
        self.denses = nn.ModuleList()
        self.layer_normalizations = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for width in widths:
            self.denses.append(nn.Linear(features, width))
            self.layer_normalizations.append(nn.LayerNorm(width, eps=1e-3))
            self.dropouts.append(nn.Dropout(0.1))
            features = width
        self.dense = nn.Linear(features, widths[-1])
        self.head = nn.Linear(widths[-1], 4)
        self.layer_normalization = nn.LayerNorm(4, eps=1e-3)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense, layer_normalization, dropout in zip(
            self.denses, self.layer_normalizations, self.dropouts
        ):
            x = F.relu(dense(x))
            x = layer_normalization(x)
            x = dropout(x)
        x = x + self.dense(x)
        x = self.head(x)
        return self.layer_normalization(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(input_dim=16, widths=(32, 16)):
    return Build(input_dim, widths)
