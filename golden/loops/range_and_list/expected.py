"""A plain MLP whose layers come from a list of sizes."""

from torch import nn
from torch.nn import functional as F

hidden_sizes = [64, 32, 16]
n_extra = 2


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        features = 10
        self.denses = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for size in hidden_sizes:
            self.denses.append(nn.Linear(features, size))
            self.batch_normalizations.append(
                nn.BatchNorm1d(size, eps=1e-3, momentum=0.01)
            )
            features = size

        # A few more of the last size
        self.extras = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for i in range(n_extra):
            self.extras.append(nn.Linear(features, hidden_sizes[-1]))
            features = hidden_sizes[-1]
            self.dropouts.append(nn.Dropout() if i == 0 else None)
        self.dense = nn.Linear(hidden_sizes[-1], 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense, batch_normalization in zip(self.denses, self.batch_normalizations):
            x = F.relu(dense(x))
            x = batch_normalization(x)

        # A few more of the last size
        for extra, dropout in zip(self.extras, self.dropouts):
            x = F.relu(extra(x))
            if dropout is not None:
                x = dropout(x)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
