import numpy as np
from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, units=(4, 3, 2)):
        super().__init__()
        units = list(units)
        features = 5
        self.denses = nn.ModuleList()
        while units:
            units2 = units.pop(0)
            self.denses.append(nn.Linear(features, units2))
            features = units2
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = dense(x)
        return x


def build(units=(4, 3, 2)):
    return Build(units)


class ByCondition(nn.Module):
    def __init__(self, use=True):
        super().__init__()
        features = 5
        sizes = [4, 3]
        if use:
            units = sizes.pop()
            self.dense = nn.Linear(5, units)
            features = units
        else:
            self.dense = None
        self.dense_1 = nn.Linear(features, sizes[-1])
        self.apply(init_like_keras)

    def forward(self, x):
        if self.dense is not None:
            x = self.dense(x)
        return self.dense_1(x)


def build_by_condition(use=True):
    return ByCondition(use)


def count(n=[0]):
    n[0] += 1
    return n[0]


class Counted(nn.Module):
    def __init__(self):
        super().__init__()
        units = count() + 2
        self.dense = nn.Linear(5, units)
        units2 = count() + 2
        self.dense_1 = nn.Linear(units, units2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        return self.dense_1(x)


def build_counted():
    return Counted()


class Block(nn.Module):
    def __init__(self, features, units):
        super().__init__()
        self.dense = nn.Linear(features, units)
        self.dense_1 = nn.Linear(units, units)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


class OfBlocks(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        units2 = next(sizes)
        self.block = Block(5, units2)
        units3 = next(sizes)
        self.block_1 = Block(units2, units=units3)
        units4 = next(sizes)
        self.dense = nn.Linear(units3, units4)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.block(x)
        x = self.block_1(x)
        return self.dense(x)


def build_of_blocks():
    sizes = iter([4, 3, 2])
    return OfBlocks(sizes)


class Shaped(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [2, 3, 4]
        self.dense = nn.Linear(6, 6)
        filters = sizes.pop()
        kernel_size = sizes.pop(0)
        self.conv1d = nn.Conv1d(1, filters, kernel_size, padding="same")
        self.dense_1 = nn.Linear(filters, sizes[0])
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = self.conv1d(x.reshape(-1, 6, 1).transpose(1, 2))
        return self.dense_1(x.transpose(1, 2))


def build_shaped():
    return Shaped()


class InList(nn.Module):
    def __init__(self):
        super().__init__()
        features = 6
        units = [4, 3, 2]
        self.denses = nn.ModuleList()
        for _ in range(3):
            units2 = units.pop()
            self.denses.append(nn.Linear(features, units2))
            features = units2
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = dense(x)
        return x


def build_in_list():
    return InList()


class ByLambda(nn.Module):
    def __init__(self):
        super().__init__()
        units = [4, 3, 2]
        n = units.pop()
        n2 = units.pop()
        self.dense = nn.Linear(6, n2, bias=n2 > 2)
        self.dense_1 = nn.Linear(n2, n, bias=n > 2)
        self.apply(init_like_keras)

    def forward(self, a):
        return self.dense_1(self.dense(a))


def build_by_lambda():
    return ByLambda()


class Image(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = {"filters": 4, "kernel": 3}
        filters2 = sizes.pop("filters")
        kernel_size = sizes.pop("kernel")
        self.conv2d = nn.Conv2d(3, filters2, (kernel_size, 1))
        filters3 = np.random.randint(2, 9)
        self.conv2d_1 = nn.Conv2d(filters2, filters3, 3)
        units = np.random.randint(2, 5)
        self.dense = nn.Linear(filters3 * 24, units)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = self.conv2d_1(x)
        return self.dense(x.permute(0, 2, 3, 1).flatten(1))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build_image(seed=3):
    np.random.seed(seed)
    return Image()
