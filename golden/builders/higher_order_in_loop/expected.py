from torch import nn
from torch.nn import functional as F


class Basic(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same")
        self.conv2d_1 = nn.Conv2d(filters, filters, 3, padding="same")
        self.out_channels = filters

    def forward(self, x):
        x = F.relu(self.conv2d(x))
        return self.conv2d_1(x)


class Bottleneck(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters // 4, 1)
        self.conv2d_1 = nn.Conv2d(filters // 4, filters // 4, 3, padding="same")
        self.conv2d_2 = nn.Conv2d(filters // 4, filters, 1)
        self.out_channels = filters

    def forward(self, x):
        x = F.relu(self.conv2d(x))
        x = F.relu(self.conv2d_1(x))
        return self.conv2d_2(x)


class Trunk(nn.Module):
    def __init__(self, block_fn, repeats, filters=16, shape=(16, 16, 3)):
        super().__init__()
        self.conv2d = nn.Conv2d(shape[-1], filters, 3, padding="same")
        self.block_fns = nn.ModuleList()
        for _ in range(repeats):
            self.block_fns.append(block_fn(filters, filters))
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        for block_fn in self.block_fns:
            x = x + block_fn(x)
        return x.mean((2, 3))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_trunk(block_fn, repeats, filters=16, shape=(16, 16, 3)):
    return Trunk(block_fn, repeats, filters, shape)


small = build_trunk(Basic, 2)
large = build_trunk(Bottleneck, 3)
