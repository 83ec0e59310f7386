import torch
from torch import nn
from torch.nn import functional as F


class Tabular(nn.Module):
    def __init__(self, numeric=("age", "income"), vocabularies=None, units=16):
        super().__init__()
        self.numeric = numeric
        self.vocabularies = vocabularies
        vocabularies = vocabularies or {"job": 12, "city": 30}
        encoded = []
        for name in numeric:
            encoded.append(1)
        self.embeddings = nn.ModuleList()
        for name, size in vocabularies.items():
            self.embeddings.append(nn.Embedding(size, 4))
            encoded.append(4)
        self.dense = nn.Linear(sum(encoded), units)
        self.dense_1 = nn.Linear(units, 1)
        self.apply(init_like_keras)

    def forward(self, inputs):
        vocabularies = self.vocabularies
        vocabularies = vocabularies or {"job": 12, "city": 30}
        encoded = []
        for name in self.numeric:
            encoded.append(inputs[name])
        for (name, size), embedding in zip(vocabularies.items(), self.embeddings):
            column = inputs[name]
            x = embedding(column)
            encoded.append(x.flatten(1))
        x = torch.cat(encoded, dim=-1)
        x = F.relu(self.dense(x))
        return torch.sigmoid(self.dense_1(x))


def tabular(numeric=("age", "income"), vocabularies=None, units=16):
    """One input for each column, all of them in one dict."""
    return Tabular(numeric, vocabularies, units)


class Towers(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes
        inputs = {name: size for name, size in sizes.items()}
        self.towers = nn.ModuleList()
        for name, features in inputs.items():
            self.towers.append(nn.Linear(features, 4))
        self.apply(init_like_keras)

    def forward(self, inputs):
        outputs = []
        for (name, features), tower in zip(
            [(name, inputs[name]) for name, size in self.sizes.items()], self.towers
        ):
            outputs.append(tower(features))
        return torch.cat(outputs, dim=-1)


def towers(sizes):
    return Towers(sizes)


class Joined(nn.Module):
    def __init__(self, names):
        super().__init__()
        self.names = names
        inputs = {}
        for name in names:
            inputs[name] = 3
        self.dense = nn.Linear(sum(inputs.values()), 2)
        self.apply(init_like_keras)

    def forward(self, inputs):
        x = torch.cat([inputs[name] for name in self.names], dim=-1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.uniform_(module.weight, -0.05, 0.05)


def joined(names):
    return Joined(names)


model = tabular()
ranking = towers({"user": 3, "item": 5})
joint = joined(["first", "second", "third"])
