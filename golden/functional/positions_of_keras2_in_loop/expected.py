from torch import nn
from torch.nn import functional as F


class Decoder(nn.Module):
    def __init__(self, widths=(3, 2), padding="same"):
        super().__init__()
        channels = 4
        self.conv3d_transposes = nn.ModuleList()
        for width in widths:
            self.conv3d_transposes.append(
                PaddedConvTranspose3d(channels, width, 3, stride=2, padding=padding)
            )
            channels = width
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 4, 1, 2, 3)
        for conv3d_transpose in self.conv3d_transposes:
            # the padding of the output comes before the format of the data
            x = conv3d_transpose(x)
            x = F.softmax(x, dim=1)
        return x.permute(0, 2, 3, 4, 1)


class PaddedConvTranspose3d(nn.ConvTranspose3d):
    """Takes Keras's names of paddings; "same" makes the output stride times as large."""

    def __init__(self, *args, padding="valid", **kwargs):
        super().__init__(*args, **kwargs)
        self.same = padding.lower() == "same"
        sizes = zip(self.kernel_size, self.stride, self.dilation)
        self.output_padding = tuple(max(s - 1 - (k - 1) * d, 0) for k, s, d in sizes)

    def forward(self, x):
        out = super().forward(x)
        if self.same:
            for axis, stride in enumerate(self.stride, 2):
                size = x.shape[axis] * stride
                out = out.narrow(axis, (out.shape[axis] - size) // 2, size)
        return out


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.ConvTranspose3d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_decoder(widths=(3, 2), padding="same"):
    return Decoder(widths, padding)


model = build_decoder()
