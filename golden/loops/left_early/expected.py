import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, input_shape=(32, 32, 3), filters=(8, 16, 32, 64), smallest=8):
        super().__init__()
        self.input_shape = input_shape
        self.smallest = smallest
        channels = input_shape[-1]
        size = input_shape[0]
        self.conv2ds = nn.ModuleList()
        for width in filters:
            if size <= smallest:
                break
            self.conv2ds.append(nn.Conv2d(channels, width, 3, padding="same"))
            channels = width
            size //= 2
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        size = self.input_shape[0]
        for conv2d in self.conv2ds:
            if size <= self.smallest:  # nothing is left to look at
                break
            x = F.relu(conv2d(x))
            x = F.max_pool2d(x, 2)
            size //= 2
        return x.mean((2, 3))


def encoder(input_shape=(32, 32, 3), filters=(8, 16, 32, 64), smallest=8):
    return Encoder(input_shape, filters, smallest)


class Halved(nn.Module):
    def __init__(self, n=64, bottleneck=5):
        super().__init__()
        self.bottleneck = bottleneck
        features = n
        self.denses = nn.ModuleList()
        while True:
            self.denses.append(nn.Linear(features, features // 2))
            features = features // 2
            if features <= bottleneck:
                break
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = dense(x)
            if x.shape[1] <= self.bottleneck:
                break
            x = F.relu(x)
        return x


def halved(n=64, bottleneck=5):
    return Halved(n, bottleneck)


class Stack(nn.Module):
    def __init__(self, units=(16, 8, 4), outputs=3):
        super().__init__()
        features = 10
        self.denses = nn.ModuleList()
        self.layer_normalizations = nn.ModuleList()
        for i, n in enumerate(units):
            self.denses.append(nn.Linear(features, n))
            features = n
            if i == len(units) - 1:
                self.layer_normalizations.append(nn.LayerNorm(n, eps=1e-3))
                break
            else:
                self.layer_normalizations.append(None)
            features = n
        self.dense = nn.Linear(features, outputs)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense, layer_normalization in zip(self.denses, self.layer_normalizations):
            x = dense(x)
            if layer_normalization is not None:
                # the last one stays linear
                x = layer_normalization(x)
                break
            x = torch.tanh(x)
        return self.dense(x)


def stack(units=(16, 8, 4), outputs=3):
    return Stack(units, outputs)


class Normalized(nn.Module):
    def __init__(self, units=(16, 8, 4), deepest=1):
        super().__init__()
        self.deepest = deepest
        features = 10
        self.denses = nn.ModuleList()
        self.p_re_lus = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for depth, n in enumerate(units):
            self.denses.append(nn.Linear(features, n))
            if depth == deepest:
                self.p_re_lus.append(None)
                self.batch_normalizations.append(None)
                break
            else:
                self.p_re_lus.append(nn.PReLU(n, init=0.0) if depth > 0 else None)
            self.batch_normalizations.append(nn.BatchNorm1d(n, eps=1e-3, momentum=0.01))
            features = n
        self.apply(init_like_keras)

    def forward(self, x):
        for depth, (dense, p_re_lu, batch_normalization) in enumerate(
            zip(self.denses, self.p_re_lus, self.batch_normalizations)
        ):
            x = dense(x)
            if depth == self.deepest:
                break
            elif p_re_lu is not None:
                x = p_re_lu(x)
            x = batch_normalization(x)
        return x


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def normalized(units=(16, 8, 4), deepest=1):
    return Normalized(units, deepest)


coarse = encoder()
fine = encoder((16, 16, 1), (4, 8), 1)
code = halved()
head = stack()
shallow = normalized()
whole = normalized(deepest=2)
endless = normalized(deepest=5)
