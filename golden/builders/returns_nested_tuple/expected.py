import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    """The features on the way down, and what is left at the end."""

    def __init__(self, channels):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, 8, 3, padding="same")
        self.conv2d_1 = nn.Conv2d(8, 16, 3, padding="same")

    def forward(self, inputs):
        f1 = F.relu(self.conv2d(inputs))
        p1 = F.max_pool2d(f1, 2)
        f2 = F.relu(self.conv2d_1(p1))
        p2 = F.max_pool2d(f2, 2)
        return p2, (f1, f2)


class Decoder(nn.Module):
    def __init__(self, channels, features1_channels, features2_channels, classes):
        super().__init__()
        self.conv2d_transpose = nn.ConvTranspose2d(channels, 16, 3, stride=2)
        self.conv2d_transpose_1 = nn.ConvTranspose2d(
            features2_channels + 16, 8, 3, stride=2
        )
        self.conv2d = nn.Conv2d(features1_channels + 8, classes, 1)

    def forward(self, x, features):
        f1, f2 = features
        x = self.conv2d_transpose(x)[..., :-1, :-1]
        x = torch.cat([x, f2], dim=1)
        x = self.conv2d_transpose_1(x)[..., :-1, :-1]
        x = torch.cat([x, f1], dim=1)
        return F.softmax(self.conv2d(x), dim=1)


class Listed(nn.Module):
    def __init__(self, channels, width=4):
        super().__init__()
        self.width = width
        self.conv2d = nn.Conv2d(channels, width, 3, padding="same")
        self.conv2d_1 = nn.Conv2d(width, width * 2, 1)

    def forward(self, inputs):
        one = self.conv2d(inputs)
        two = self.conv2d_1(one)
        return [one, two], self.width * 2, two.shape[1]


class UNet(nn.Module):
    def __init__(self, shape=(32, 32, 3), classes=3):
        super().__init__()
        self.encoder = Encoder(shape[-1])
        self.decoder = Decoder(16, 8, 16, classes)
        self.apply(init_like_keras)

    def forward(self, inputs):
        inputs = inputs.permute(0, 3, 1, 2)
        x, features = self.encoder(inputs)
        return self.decoder(x, features).permute(0, 2, 3, 1)


def unet(shape=(32, 32, 3), classes=3):
    return UNet(shape, classes)


class Pyramid(nn.Module):
    def __init__(self, shape=(16, 16, 3), top=True):
        super().__init__()
        self.top = top
        self.listed = Listed(shape[-1])
        levels = [4, 4 * 2]
        width = 4 * 2
        channels = 4 * 2
        levels.pop()
        self.conv2d = nn.Conv2d(4 * 2, channels, 3, padding="same")
        channels2 = channels
        self.conv2ds = nn.ModuleList()
        for level in levels:
            channels2 = channels2 + 4
            self.conv2ds.append(nn.Conv2d(channels2, width, 1))
            channels2 = width
        self.apply(init_like_keras)

    def forward(self, inputs):
        inputs = inputs.permute(0, 3, 1, 2)
        levels, width, channels = self.listed(inputs)
        levels_item = levels.pop()
        x = self.conv2d(levels_item)
        for level, conv2d in zip(levels, self.conv2ds):
            x = torch.cat([x, level], dim=1)
            x = conv2d(x)
        if self.top:
            x = x.mean((2, 3))
        else:
            x = x.permute(0, 2, 3, 1)
        return x


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def pyramid(shape=(16, 16, 3), top=True):
    return Pyramid(shape, top)


model = unet()
small = pyramid()
