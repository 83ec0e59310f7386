import numpy as np
import pandas as pd
from torch import nn
from torch.nn import functional as F

table = pd.DataFrame({"size": [3, 1, 2], "kind": ["b", "a", "b"]})
table["half"] = table["size"].apply(lambda size: size / 2)
means = table.groupby("kind")["size"].agg(lambda group: group.mean())
names = sorted(table.columns, key=lambda name: name.lower())
largest = max(means.items(), key=lambda pair: pair[1])
doubled = list(map(lambda size: size * 2, table["size"]))
rows = np.apply_along_axis(lambda row: row[::-1], 1, np.ones((2, 3)))


class Model(nn.Module):
    def __init__(self, sizes, scale=2):
        super().__init__()
        sizes = sorted(sizes, key=lambda size: -size)
        self.dense = nn.Linear(4, sizes[0] * scale)
        features = sizes[0] * scale
        self.denses = nn.ModuleList()
        for size in filter(lambda size: size > 2, sizes[1:]):
            self.denses.append(nn.Linear(features, size * scale))
            features = size * scale
        self.dense_1 = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        for dense in self.denses:
            x = F.relu(dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_model(sizes, scale=2):
    """The widest layer comes first."""
    return Model(sizes, scale)


model = build_model([4, 8, 2, 6])
