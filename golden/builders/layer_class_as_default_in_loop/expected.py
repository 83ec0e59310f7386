from torch import nn
from torch.nn import functional as F


class DenseUnitBatchNormalization(nn.Module):
    def __init__(self, features, units, dropout=0.0):
        super().__init__()
        self.dense = nn.Linear(features, units, bias=False)
        self.batch_normalization = nn.BatchNorm1d(units, eps=1e-3, momentum=0.01)
        self.dropout = nn.Dropout(dropout) if dropout else None

    def forward(self, x):
        x = self.dense(x)
        x = self.batch_normalization(x)
        x = F.relu(x)
        if self.dropout is not None:
            x = self.dropout(x)
        return x


class DenseUnit(nn.Module):
    def __init__(self, features, units, dropout=0.0):
        super().__init__()
        self.dense = nn.Linear(features, units, bias=False)
        self.layer_normalization = nn.LayerNorm(units, eps=1e-3)
        self.dropout = nn.Dropout(dropout) if dropout else None

    def forward(self, x):
        x = self.dense(x)
        x = self.layer_normalization(x)
        x = F.relu(x)
        if self.dropout is not None:
            x = self.dropout(x)
        return x


class Build(nn.Module):
    def __init__(self, input_dim=12, widths=(16, 8), classes=3):
        super().__init__()
        self.dense_unit = DenseUnitBatchNormalization(input_dim, 24)
        features = 24
        self.dense_units = nn.ModuleList()
        for i, width in enumerate(widths):
            self.dense_units.append(DenseUnit(features, width, dropout=0.1 * i))
            features = width
        self.dense = nn.Linear(features, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense_unit(x)
        for dense_unit in self.dense_units:
            x = dense_unit(x)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build(input_dim=12, widths=(16, 8), classes=3):
    return Build(input_dim, widths, classes)


model = build()
