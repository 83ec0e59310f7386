from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, shape, latent):
        super().__init__()
        self.conv2d = Conv2dSame(shape[-1], 8, 3, stride=2)
        self.z = nn.Linear(-(-shape[0] // 2) * -(-shape[1] // 2) * 8, latent)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.z(x)


def encoder(shape, latent):
    before = (-(-shape[0] // 2), -(-shape[1] // 2), 8)
    return Encoder(shape, latent), before


class Decoder(nn.Module):
    def __init__(self, latent, before):
        super().__init__()
        self.before = before
        h, w, c = before
        self.dense = nn.Linear(latent, h * w * c)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return x.unflatten(1, self.before)


def decoder(latent, before):
    return Decoder(latent, before)


class Ae(nn.Module):
    def __init__(self, enc, dec):
        super().__init__()
        self.enc = enc
        self.dec = dec

    def forward(self, inp):
        return self.dec(self.enc(inp))


def same_padding(x, kernel_size, stride):
    """What TensorFlow's "same" pads, for F.pad: the odd cell goes to the far side."""
    padding = []
    for size, k, s in zip(x.shape[2:], kernel_size, stride):
        total = max(k - (size % s or s), 0)
        padding = [total // 2, total - total // 2, *padding]
    return padding


class Conv2dSame(nn.Conv2d):
    """Pads as TensorFlow's "same" does, whatever the size of the input."""

    def forward(self, x):
        padding = same_padding(x, self.kernel_size, self.stride)
        if padding[::2] != padding[1::2]:
            return super().forward(F.pad(x, padding))
        pad = padding[::-2]  # alike on both sides: the convolution pads without a copy
        return F.conv2d(x, self.weight, self.bias, self.stride, pad, groups=self.groups)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def autoencoder(shape=(28, 28, 1), latent=4):
    enc, before = encoder(shape, latent)
    dec = decoder(latent, before)
    return Ae(enc, dec), enc, dec


ae, encoder_part, decoder_part = autoencoder((12, 10, 2), 3)
