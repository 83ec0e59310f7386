import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, latent_dim=2):
        super().__init__()
        self.conv2d = nn.Conv2d(1, 4, 3, stride=2)
        self.dense = nn.Linear(64, 16)
        self.z_mean = nn.Linear(16, latent_dim)
        self.z_log_var = nn.Linear(16, latent_dim)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(F.pad(x, (0, 1, 0, 1))))
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = F.relu(self.dense(x))
        z_mean = self.z_mean(x)
        z_log_var = self.z_log_var(x)
        z = z_mean + z_log_var
        return z_mean, z_log_var, z


def build_encoder(latent_dim=2):
    return Encoder(latent_dim)


class Decoder(nn.Module):
    def __init__(self, latent_dim=2):
        super().__init__()
        self.dense = nn.Linear(latent_dim, 2 * 2 * 16)
        self.conv2d_transpose = nn.ConvTranspose2d(
            16, 16, 3, stride=4, output_padding=1
        )
        self.conv2d_transpose_1 = nn.ConvTranspose2d(16, 1, 3, padding=1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        x = x.reshape(-1, 2, 2, 16)
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d_transpose(x))
        decoder_outputs = torch.sigmoid(self.conv2d_transpose_1(x))
        return decoder_outputs.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_decoder(latent_dim=2):
    return Decoder(latent_dim)


encoder = build_encoder(4)
decoder = build_decoder(4)


class VAE(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, inputs):
        return self.decoder(self.encoder(inputs)[2])


vae = VAE(encoder, decoder)
