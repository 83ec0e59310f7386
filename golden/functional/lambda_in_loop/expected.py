from torch import nn
from torch.nn import functional as F


class Edsr(nn.Module):
    def __init__(self, num_filters=16, num_res_blocks=3, res_block_scaling=0.1):
        super().__init__()
        self.conv2d = nn.Conv2d(3, num_filters, 3, padding="same")
        self.res_blocks = nn.ModuleList()
        for _ in range(num_res_blocks):
            self.res_blocks.append(
                ResBlock(num_filters, num_filters, res_block_scaling)
            )
        self.conv2d_1 = nn.Conv2d(num_filters, num_filters, 3, padding="same")
        self.conv2d_2 = nn.Conv2d(num_filters, 3, 3, padding="same")
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = x / 255.0
        x = self.conv2d(x)
        b = x
        for res_block in self.res_blocks:
            b = res_block(b)
        b = self.conv2d_1(b)
        x = x + b
        x = self.conv2d_2(x)
        x = x * 255.0
        return x.permute(0, 2, 3, 1)


def edsr(scale_factor, num_filters=16, num_res_blocks=3, res_block_scaling=0.1):
    """A super resolution network, with scaled residual blocks."""
    return Edsr(num_filters, num_res_blocks, res_block_scaling)


class ResBlock(nn.Module):
    def __init__(self, channels, filters, scaling):
        super().__init__()
        self.scaling = scaling
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same")
        self.conv2d_1 = nn.Conv2d(filters, filters, 3, padding="same")

    def forward(self, x_in):
        x = F.relu(self.conv2d(x_in))
        x = self.conv2d_1(x)
        if self.scaling:
            x = x.permute(0, 2, 3, 1) * self.scaling
            x = x.permute(0, 3, 1, 2)
        return x_in + x


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = edsr(2)
