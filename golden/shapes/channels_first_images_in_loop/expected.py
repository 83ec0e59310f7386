import torch
from torch import nn
from torch.nn import functional as F


class FilmEncoder(nn.Module):
    def __init__(self, widths=(4, 6), augment=True):
        super().__init__()
        size2 = 3
        self.conv_lstm2ds = nn.ModuleList()
        for width in widths:
            self.conv_lstm2ds.append(ConvLSTM2d(size2, width, 3, padding="same"))
            size2 = width
        self.conv_lstm2d = ConvLSTM2d(size2, 2, 3)
        self.random_rotation = RandomRotation(-0.1, 0.1) if augment else None

    def forward(self, x):
        for conv_lstm2d in self.conv_lstm2ds:
            x, _ = conv_lstm2d(x.transpose(1, 2))
            x = x.transpose(1, 2)
        x, _ = self.conv_lstm2d(x.transpose(1, 2))
        x = x[:, :, -1]
        if self.random_rotation is not None:
            x = self.random_rotation(x)
        return F.interpolate(x, size=(4, 4), mode="nearest-exact")


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


def uniform(x, low, high):
    """A random number for each sample of x."""
    return torch.empty(len(x), dtype=x.dtype, device=x.device).uniform_(low, high)


def warp(x, matrices, mode="bilinear", padding_mode="reflection"):
    """Move the pixels of each image by an affine map from output to input."""
    grid = F.affine_grid(matrices, x.shape, align_corners=False)
    return F.grid_sample(x, grid, mode, padding_mode, align_corners=False)


class RandomRotation(nn.Module):
    """Turn each image by a random part of a full turn while training."""

    def __init__(self, low, high, **options):
        super().__init__()
        self.low, self.high = low, high
        self.options = options

    def forward(self, x):
        if not self.training:
            return x
        angle = 2 * torch.pi * uniform(x, self.low, self.high)
        height, width = x.shape[-2:]
        sin, cos, zero = angle.sin(), angle.cos(), torch.zeros_like(angle)
        rows = [cos, -sin * height / width, zero, sin * width / height, cos, zero]
        return warp(x, torch.stack(rows, dim=1).view(-1, 2, 3), **self.options)


def build_film_encoder(widths=(4, 6), augment=True):
    return FilmEncoder(widths, augment)


model = build_film_encoder()
plain = build_film_encoder(widths=(3,), augment=False)
