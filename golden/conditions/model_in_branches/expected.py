import torch
from torch import nn
from torch.nn import functional as F


class LinearModel(nn.Module):
    def __init__(self, input_dim=20, classes=3):
        super().__init__()
        self.dense = nn.Linear(input_dim, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.dense(x), dim=-1)


class Model(nn.Module):
    def __init__(self, input_dim=20, classes=3):
        super().__init__()
        self.dense = nn.Linear(input_dim, 64)
        self.dropout = nn.Dropout()
        self.dense_1 = nn.Linear(64, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = self.dropout(x)
        return F.softmax(self.dense_1(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def make_model(kind, input_dim=20, classes=3):
    if kind == "linear":
        model = LinearModel(input_dim, classes)
    else:
        model = Model(input_dim, classes)
    return model


linear = make_model("linear")
mlp = make_model("mlp")


class Encoder(nn.Module):
    def __init__(self, dims=20, code=4, variational=False):
        super().__init__()
        self.dense = nn.Linear(dims, 16)
        self.dense_1 = nn.Linear(16, 2 * code if variational else code)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


class VariationalDecoder(nn.Module):
    def __init__(self, dims=20, code=4):
        super().__init__()
        self.dense = nn.Linear(code, dims)
        self.apply(init_like_keras)

    def forward(self, x):
        return torch.sigmoid(self.dense(x))


class Decoder(nn.Module):
    def __init__(self, dims=20, code=4):
        super().__init__()
        self.dense = nn.Linear(code, dims)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def make_autoencoder(dims=20, code=4, variational=False):
    encoder = Encoder(dims, code, variational)
    decoder = (
        VariationalDecoder(dims, code)
        if variational
        else Decoder(dims, code)
    )
    return encoder, decoder


encoder, decoder = make_autoencoder()
