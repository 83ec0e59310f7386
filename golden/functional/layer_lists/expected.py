import torch
from torch import nn
from torch.nn import functional as F


class MLP(nn.Module):
    def __init__(self, input_dim, hidden=(32, 16)):
        super().__init__()
        features = input_dim
        self.denses = nn.ModuleList()
        self.dropouts = nn.ModuleList()
        for n in hidden:
            self.denses.append(nn.Linear(features, n))
            self.dropouts.append(nn.Dropout(0.2))
            features = n
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        # from wide to narrow
        for dense, dropout in zip(self.denses, self.dropouts):
            x = F.relu(dense(x))
            x = dropout(x)
        return self.dense(x)


def build_mlp(input_dim, hidden=(32, 16), activation="relu"):
    return MLP(input_dim, hidden)


class Siamese(nn.Module):
    def __init__(self, size=8):
        super().__init__()
        self.dense = nn.Linear(size, 16)
        self.dense_1 = nn.Linear(16, 4)
        self.dense_2 = nn.Linear(size, 16)
        self.dense_3 = nn.Linear(16, 4)
        self.apply(init_like_keras)

    def forward(self, left, right):
        a = self.dense_1(F.relu(self.dense(left)))
        b = self.dense_1(F.relu(self.dense(right)))
        c = self.dense_3(self.dense_2(left))
        return torch.cat([a, b, c], dim=-1)


def build_siamese(size=8):
    return Siamese(size)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2ds = nn.ModuleList()
        for f in (8, 16):
            self.conv2ds.append(LazyConv2d(f, 3))
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
        return x.permute(0, 2, 3, 1).flatten(1)


class LazyConv2d(nn.LazyConv2d):
    """Starts from Keras's weights when the first batch tells their size."""

    def reset_parameters(self):
        if self.in_channels and not self.has_uninitialized_params():
            init_like_keras(self)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(getattr(module, "weight", None), nn.UninitializedParameter):
        return  # the first batch tells its size
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


encoder = Encoder()
model = build_mlp(8)
