from torch import nn
from torch.nn import functional as F


class MLPModel(nn.Module):
    def __init__(self, units, classes=3):
        super().__init__()
        features = 4
        self.denses = nn.ModuleList()
        for width in units:
            self.denses.append(nn.Linear(features, width))
            features = width
        self.dense = nn.Linear(features, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        # the hidden layers
        for dense in self.denses:
            x = F.relu(dense(x))
        return F.softmax(self.dense(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def MLP(units, classes=3, **kwargs):
    """A perceptron; the usual ones have names of their own."""

    if units == [8]:
        model = MLPModel(units, classes)
    elif units == [8, 8]:
        model = MLPModel(units, classes)
    else:
        model = MLPModel(units, classes)
    return model


def small_mlp(classes=3, **kwargs):
    return MLP([8], classes, **kwargs)


def deep_mlp(**kwargs):
    return MLP([8, 8], **kwargs)
