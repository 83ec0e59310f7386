from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        features = 20
        self.denses = nn.ModuleList()
        for n in (32, 16):
            self.denses.append(nn.Linear(features, n))
            features = n
        self.dense = nn.Linear(features, 1)
        self.dense_1 = nn.Linear(features, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
        return {"a": self.dense(x), "b": self.dense_1(x)}


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
