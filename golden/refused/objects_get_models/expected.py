"""Objects of the program's own get models, which their methods ask as ones of Keras."""

from torch import nn


class Agent:
    def __init__(self, model):
        self.model = model

    def act(self, x):
        return self.model.predict(x)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(3, 2)
        self.apply(init_like_keras)

    def forward(self, inp):
        return self.dense(inp)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


m = Model()


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(3, 1)
        self.apply(init_like_keras)

    def forward(self, inp):
        return self.dense(inp)


small = Small()
# TODO(tf2torch) T2T101: `map` is left as it is; the model is an nn.Module now
a, b = map(Agent, (m, small))
print(a.act([[1, 2, 3]]), b.act([[1, 2, 3]]))
