import torch
from torch import nn
from torch.nn import functional as F


class Towers(nn.Module):
    def __init__(self):
        super().__init__()
        xs = [6, 6]
        self.denses = nn.ModuleList()
        for x in xs:
            self.denses.append(nn.Linear(6, 3))
        self.apply(init_like_keras)

    def forward(self, a):
        xs = [a, a * 2]
        outputs = []
        for x, dense in zip(xs, self.denses):
            outputs.append(dense(x))
        xs = outputs
        return sum(xs)


def towers():
    return Towers()


class Numbered(nn.Module):
    def __init__(self):
        super().__init__()
        xs = [6, 6]
        self.denses = nn.ModuleList()
        for i, x in enumerate(xs):
            self.denses.append(nn.Linear(6, i + 2))
        self.apply(init_like_keras)

    def forward(self, a):
        xs = [a, a * 2]
        outputs = []
        for x, dense in zip(xs, self.denses):
            outputs.append(dense(x))
        xs = outputs
        return torch.cat(xs, dim=-1)


def numbered():
    return Numbered()


class Pairs(nn.Module):
    def __init__(self):
        super().__init__()
        xs = [6, 6]
        ys = []
        self.denses = nn.ModuleList()
        for x in xs:
            self.denses.append(nn.Linear(6, 6))
            ys.append(6)
        self.denses_1 = nn.ModuleList()
        self.denses_2 = nn.ModuleList()
        for x, y in zip(xs, ys):
            self.denses_1.append(nn.Linear(6, 3))
            self.denses_2.append(nn.Linear(6, 3))
        self.apply(init_like_keras)

    def forward(self, a):
        xs = [a, a * 2]
        ys = []
        for x, dense in zip(xs, self.denses):
            ys.append(dense(x))
        outputs = []
        for x, y, dense, dense2 in zip(xs, ys, self.denses_1, self.denses_2):
            outputs.append(dense(x) + dense2(y))
        xs = outputs
        return sum(xs)


def pairs():
    return Pairs()


class Deep(nn.Module):
    def __init__(self, depth=2):
        super().__init__()
        xs = [6, 6]
        self.denses = nn.ModuleList()
        for _ in range(depth):
            outputs = []
            denses = nn.ModuleList()
            for x in xs:
                denses.append(nn.Linear(6, 6))
                outputs.append(6)
            self.denses.append(denses)
            xs = outputs
        self.apply(init_like_keras)

    def forward(self, a):
        xs = [a, a * 2]
        for denses in self.denses:
            outputs = []
            for x, dense in zip(xs, denses):
                outputs.append(F.relu(dense(x)))
            xs = outputs
        return sum(xs)


def deep(depth=2):
    return Deep(depth)


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.denses = nn.ModuleList()
        for x in [6, 6]:
            self.denses.append(nn.Linear(6, 6))
        self.apply(init_like_keras)

    def forward(self, a):
        outputs = []
        for x, dense in zip([a, a * 3], self.denses):
            outputs.append(dense(x + a))
        xs = outputs
        return sum(xs)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def mixed():
    return Mixed()
