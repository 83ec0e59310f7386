"""The encoder and decoder of a variational autoencoder."""

import torch
from torch import nn
from torch.nn import functional as F

latent_dim = 2


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 32, 3, stride=2)
        self.conv2d_1 = nn.Conv2d(32, 64, 3, stride=2)
        self.dense = nn.Linear(3136, 16)
        self.z_mean = nn.Linear(16, latent_dim)
        self.z_log_var = nn.Linear(16, latent_dim)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(F.pad(x, (0, 1, 0, 1))))
        x = F.relu(self.conv2d_1(F.pad(x, (0, 1, 0, 1))))
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = F.relu(self.dense(x))
        z_mean = self.z_mean(x)
        z_log_var = self.z_log_var(x)
        return z_mean, z_log_var


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


encoder = Encoder()
print(encoder)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(latent_dim, 7 * 7 * 64)
        self.conv2d_transpose = nn.ConvTranspose2d(64, 64, 3, stride=2)
        self.conv2d_transpose_1 = nn.ConvTranspose2d(64, 32, 3, stride=2)
        self.conv2d_transpose_2 = nn.ConvTranspose2d(32, 1, 3, padding=1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = x.reshape(-1, 7, 7, 64)
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d_transpose(x)[..., :-1, :-1])
        x = F.relu(self.conv2d_transpose_1(x)[..., :-1, :-1])
        decoder_outputs = torch.sigmoid(self.conv2d_transpose_2(x))
        return decoder_outputs.permute(0, 2, 3, 1)


decoder = Decoder()
print(decoder)
