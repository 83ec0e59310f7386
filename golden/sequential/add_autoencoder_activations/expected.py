import torch
from torch import nn
from torch.nn import functional as F

latent_dim = 100


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(latent_dim, 256)
        self.dense_1 = nn.Linear(256, 512)
        self.dense_2 = nn.Linear(512, 784)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = F.leaky_relu(x, 0.2)
        x = self.dense_1(x)
        x = F.leaky_relu(x, 0.2)
        x = self.dense_2(x)
        return torch.tanh(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


generator = Generator()


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(784, 512)
        self.dense_1 = nn.Linear(512, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        x = F.leaky_relu(x, 0.2)
        x = self.dense_1(x)
        return torch.sigmoid(x)


discriminator = Discriminator()
