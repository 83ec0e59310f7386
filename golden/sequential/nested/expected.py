"""An autoencoder out of two Sequential models."""

import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(784, 64)
        self.dense_1 = nn.Linear(64, 32)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.flatten(1)
        x = F.relu(self.dense(x))
        return F.relu(self.dense_1(x))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


encoder = Encoder()


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(32, 64)
        self.dense_1 = nn.Linear(64, 28 * 28)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = torch.sigmoid(self.dense_1(x))
        return x.reshape(-1, 28, 28)


decoder = Decoder()


class Autoencoder(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, x):
        x = self.encoder(x)
        return self.decoder(x)


autoencoder = Autoencoder(encoder, decoder)
