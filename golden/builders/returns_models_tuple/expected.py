"""Encoder, decoder and the autoencoder of both."""

from torch import nn
from torch.nn import functional as F


class EncoderModel(nn.Module):
    def __init__(self, input_dim, hidden=(32, 16), latent=4):
        super().__init__()
        features = input_dim
        self.denses = nn.ModuleList()
        for units in hidden:
            self.denses.append(nn.Linear(features, units))
            features = units
        self.dense = nn.Linear(features, latent)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
        return self.dense(x)


class Decoder(nn.Module):
    def __init__(self, input_dim, hidden=(32, 16), latent=4):
        super().__init__()
        features = latent
        self.denses = nn.ModuleList()
        for units in reversed(hidden):
            self.denses.append(nn.Linear(features, units))
            features = units
        self.dense = nn.Linear(features, input_dim)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
        return self.dense(x)


class Autoencoder(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, x):
        inputs = x
        return self.decoder(self.encoder(inputs))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_autoencoder(input_dim, hidden=(32, 16), latent=4):
    encoder = EncoderModel(input_dim, hidden, latent)
    decoder = Decoder(input_dim, hidden, latent)

    autoencoder = Autoencoder(encoder, decoder)
    return autoencoder, encoder, decoder


autoencoder, encoder, decoder = build_autoencoder(20)
