import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 8, 3)
        self.dense = nn.Linear(800, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


encoder = Encoder()


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        # one input for several models: only what convolves it wants its channels first
        self.dense = nn.Linear(4, 6)
        self.apply(init_like_keras)

    def forward(self, code):
        return torch.tanh(self.dense(code))


decoder = Decoder()


class Autoencoder(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, image):
        return self.decoder(self.encoder(image))


autoencoder = Autoencoder(encoder, decoder)


class Brightness(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(432, 3)
        self.apply(init_like_keras)

    def forward(self, image):
        return self.dense(image.flatten(1))


brightness = Brightness()


class Mixed(nn.Module):
    def __init__(self, brightness):
        super().__init__()
        # convolved and passed on: moved for the one, as it was for the other
        self.conv2d = nn.Conv2d(3, 5, 3)
        self.brightness = brightness
        self.dense = nn.Linear(440, 2)
        self.conv2d.apply(init_like_keras)
        self.dense.apply(init_like_keras)

    def forward(self, image):
        # convolved and passed on: moved for the one, as it was for the other
        seen = self.conv2d(image.permute(0, 3, 1, 2)).mean((2, 3))
        both = torch.cat([seen, self.brightness(image), image.flatten(1)], dim=-1)
        return self.dense(both)


mixed = Mixed(brightness)


class Paths(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(2, 2, 1)
        self.conv2d_1 = nn.Conv2d(2, 2, 1)
        self.dense = nn.Linear(128, 2)
        self.apply(init_like_keras)

    def forward(self, twice):
        twice2 = twice.permute(0, 3, 1, 2)
        y = self.conv2d(twice2)
        z = self.conv2d_1(twice2)
        kept = self.dense(twice.flatten(1))
        pooled = (y + z).amax((2, 3))
        return kept + pooled


paths = Paths()
