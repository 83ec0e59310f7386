import torch
from torch import nn
from torch.nn import functional as F


class Augmented(nn.Module):
    def __init__(self):
        super().__init__()
        self.random_flip = RandomFlip(3)
        self.random_zoom = RandomZoom((-0.2, 0.2))

    def forward(self, x):
        x = self.random_flip(x)
        return self.random_zoom(x)


class FilmClassifier(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.conv_lstm2d = ConvLSTM2d(3, 4, 3, padding="same")
        self.conv_lstm2d_1 = ConvLSTM2d(4, 6, 3)
        self.augmented = Augmented()
        self.conv2d = nn.Conv2d(6, 4, 2)
        self.dense = nn.Linear(36, classes)
        self.apply(init_like_keras)

    def forward(self, frames):
        x, _ = self.conv_lstm2d(frames.transpose(1, 2))
        # the last state of the second one is an image
        x, _ = self.conv_lstm2d_1(x)
        x = x[:, :, -1]
        x = self.augmented(x)
        x = x[:, :, :5, 1:5]
        x = F.interpolate(x, size=(4, 4), mode="bilinear")
        x = F.relu(self.conv2d(x))
        x = x.flatten(1)
        return self.dense(x)


class ConvLSTM2d(nn.Module):
    """An LSTM over images whose matrix products are convolutions."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        bias=True,
        activation=torch.tanh,
        recurrent_activation=torch.sigmoid,
    ):
        super().__init__()
        self.options = {"stride": stride, "padding": padding, "dilation": dilation}
        self.activation = activation
        self.recurrent_activation = recurrent_activation
        if isinstance(kernel_size, int):
            kernel_size = 2 * (kernel_size,)
        gates = 4 * out_channels
        self.weight_ih = nn.Parameter(torch.empty(gates, in_channels, *kernel_size))
        self.weight_hh = nn.Parameter(torch.empty(gates, out_channels, *kernel_size))
        self.bias = nn.Parameter(torch.zeros(gates)) if bias else None
        nn.init.xavier_uniform_(self.weight_ih)
        nn.init.orthogonal_(self.weight_hh)
        if bias:
            nn.init.ones_(self.bias[out_channels : 2 * out_channels])  # forget gate

    def forward(self, x):
        frames = x.transpose(1, 2)  # the steps before the channels
        inputs = F.conv2d(
            frames.flatten(0, 1), self.weight_ih, self.bias, **self.options
        )
        inputs = inputs.unflatten(0, frames.shape[:2])
        h = c = torch.zeros_like(inputs[:, 0].chunk(4, dim=1)[0])
        outputs = []
        for step in inputs.unbind(1):
            gates = step + F.conv2d(h, self.weight_hh, padding="same")
            i, f, g, o = gates.chunk(4, dim=1)
            new = self.recurrent_activation(i) * self.activation(g)
            c = self.recurrent_activation(f) * c + new
            h = self.recurrent_activation(o) * self.activation(c)
            outputs.append(h)
        return torch.stack(outputs, dim=2), (h, c)


class RandomFlip(nn.Module):
    """Flip about half of the images while training."""

    def __init__(self, *dims):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        if not self.training:
            return x
        flips = torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5
        return torch.where(flips, x.flip(self.dims), x)


def uniform(x, low, high):
    """A random number for each sample of x."""
    return torch.empty(len(x), dtype=x.dtype, device=x.device).uniform_(low, high)


def warp(x, matrices, mode="bilinear", padding_mode="reflection"):
    """Move the pixels of each image by an affine map from output to input."""
    grid = F.affine_grid(matrices, x.shape, align_corners=False)
    return F.grid_sample(x, grid, mode, padding_mode, align_corners=False)


class RandomZoom(nn.Module):
    """Zoom into (negative factors) or out of each image while training."""

    def __init__(self, height_factor, width_factor=None, **options):
        super().__init__()
        self.height_factor = height_factor
        self.width_factor = width_factor
        self.options = options

    def forward(self, x):
        if not self.training:
            return x
        height = width = 1 + uniform(x, *self.height_factor)
        if self.width_factor is not None:
            width = 1 + uniform(x, *self.width_factor)
        zero = torch.zeros_like(height)
        rows = [width, zero, zero, zero, height, zero]
        return warp(x, torch.stack(rows, dim=1).view(-1, 2, 3), **self.options)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_film_classifier(classes=4):
    return FilmClassifier(classes)


model = build_film_classifier()
