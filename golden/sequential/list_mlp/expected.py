"""Predict fuel efficiency from a handful of numbers."""

from torch import nn
from torch.nn import functional as F

N_FEATURES = 9


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(N_FEATURES, 64)
        self.dense_1 = nn.Linear(64, 64)
        self.dense_2 = nn.Linear(64, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = F.relu(self.dense_1(x))
        return self.dense_2(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_model():
    """Two hidden layers are plenty for this data set."""
    return Model()


model = build_model()
print(model)
