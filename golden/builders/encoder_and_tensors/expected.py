import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, size, widths=(32, 16), latent=2):
        super().__init__()
        features = size
        self.denses = nn.ModuleList()
        for width in widths:
            self.denses.append(nn.Linear(features, width))
            features = width
        self.dense = nn.Linear(features, latent)
        self.dense_1 = nn.Linear(features, latent)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
        mean = self.dense(x)
        log_var = self.dense_1(x)
        return mean, log_var


def build_encoder(size, widths=(32, 16), latent=2):
    # both are needed outside
    return Encoder(size, widths, latent)


class VAE(nn.Module):
    def __init__(self, encoder, size=64, latent=4, deep=True):
        super().__init__()
        self.encoder = encoder
        features = latent
        if deep:
            self.dense = nn.Linear(latent, 16)
            features = 16
        else:
            self.dense = None
        self.dense_1 = nn.Linear(features, size)
        if self.dense is not None:
            self.dense.apply(init_like_keras)
        self.dense_1.apply(init_like_keras)

    def forward(self, x):
        mean, log_var = self.encoder(x)
        x = mean + log_var
        if self.dense is not None:
            x = F.relu(self.dense(x))
        return torch.sigmoid(self.dense_1(x))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_vae(size=64, latent=4, deep=True):
    """Everything together."""
    encoder = build_encoder(size, latent=latent)
    vae = VAE(encoder, size, latent, deep)
    return vae, encoder


vae, encoder = build_vae()
