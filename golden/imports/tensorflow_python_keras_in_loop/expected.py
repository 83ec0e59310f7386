from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        features = 12
        self.denses = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for units in (8, 4):
            self.denses.append(nn.Linear(features, units))
            self.batch_normalizations.append(
                nn.BatchNorm1d(units, eps=1e-3, momentum=0.01)
            )
            features = units
        self.dense = nn.Linear(features, features)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense, batch_normalization in zip(self.denses, self.batch_normalizations):
            x = F.relu(dense(x))
            x = batch_normalization(x)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
