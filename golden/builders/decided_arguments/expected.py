from torch import nn


def expand_dims(x):
    return x[:, None, None]


def scale(x, factor, name=None):
    return x * factor


class Build(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, inputs):
        x = inputs.mean((1, 2))
        x = scale(x, 3)
        x = expand_dims(x)
        return inputs * x


def build(shape=(32, 32, 3)):
    return Build()
