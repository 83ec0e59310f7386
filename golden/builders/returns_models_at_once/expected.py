import torch
from torch import nn
from torch.nn import functional as F


class Autoencoder(nn.Module):
    def __init__(self, shape=(16, 16, 1), widths=(6, 4)):
        super().__init__()
        channels = shape[-1]
        self.conv2ds = nn.ModuleList()
        for width in widths:
            self.conv2ds.append(nn.Conv2d(channels, width, 3, padding="same"))
            channels = width
        self.conv2ds_1 = nn.ModuleList()
        for width in reversed(widths):
            self.conv2ds_1.append(nn.Conv2d(channels, width, 3, padding="same"))
            channels = width
        self.conv2d = nn.Conv2d(channels, shape[-1], 3, padding="same")
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
            x = F.max_pool2d(x, 2, ceil_mode=True)
        for conv2d in self.conv2ds_1:
            x = F.relu(conv2d(x))
            x = F.interpolate(x, scale_factor=2)
        decoded = torch.sigmoid(self.conv2d(x))
        return decoded.permute(0, 2, 3, 1)


class AutoencoderModel(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.conv2ds = model.conv2ds

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2ds in self.conv2ds:
            x = F.relu(conv2ds(x))
            x = F.max_pool2d(x, 2, ceil_mode=True)
        encoded = x
        return encoded.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_autoencoder(shape=(16, 16, 1), widths=(6, 4)):
    """The autoencoder, and its encoder."""
    model = Autoencoder(shape, widths)
    return model, AutoencoderModel(model)
