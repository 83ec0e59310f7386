from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.denses = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for units in [64, 32]:
            self.denses.append(LazyLinear(units))
            self.dropouts.append(nn.Dropout(0.2))
            channels = units
        self.dense = nn.Linear(channels, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense, dropout in zip(self.denses, self.dropouts):
            x = F.relu(dense(x))
            x = dropout(x)
        return F.softmax(self.dense(x), dim=-1)


class LazyLinear(nn.LazyLinear):
    """Starts from Keras's weights when the first batch tells their size."""

    def reset_parameters(self):
        if self.in_features and not self.has_uninitialized_params():
            init_like_keras(self)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(getattr(module, "weight", None), nn.UninitializedParameter):
        return  # the first batch tells its size
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
