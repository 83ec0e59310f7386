from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        features = 7
        self.denses = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for n in (6, 5):
            self.denses.append(nn.Linear(features, n))
            self.dropouts.append(nn.Dropout(0.1))
            features = n
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense, dropout in zip(self.denses, self.dropouts):
            x = F.relu(dense(x))
            x = dropout(x)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
