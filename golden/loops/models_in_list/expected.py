from torch import nn
from torch.nn import functional as F


class Ensemble(nn.Module):
    def __init__(self, i, units, input_dim, dropout=0.0):
        super().__init__()
        self.dense = nn.Linear(input_dim, units)
        # the larger ones are regularized
        self.dropout = nn.Dropout(dropout) if i > 0 else None
        self.dense_1 = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        if self.dropout is not None:
            x = self.dropout(x)
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_ensemble(input_dim, members=3, base=16, dropout=0.0):
    """Networks that grow from member to member."""
    models = []
    units = base
    for i in range(members):
        models.append(Ensemble(i, units, input_dim, dropout))
        units *= 2
    return models


ensemble = build_ensemble(8)
