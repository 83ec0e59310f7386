from torch import nn
from torch.nn import functional as F


class MLP(nn.Module):
    """A functional model that is written as a class."""

    def __init__(self, n_inputs, n_outputs, hidden=64):
        super().__init__()
        self.dense = nn.Linear(n_inputs, hidden)
        self.dense_1 = nn.Linear(hidden, n_outputs)
        self.hidden = hidden
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


mlp = MLP(5, 2)
