from torch import nn
from torch.nn import functional as F


class Down(nn.Module):
    def __init__(self, channels, filters, size=3):
        super().__init__()
        self.size = size
        self.conv2d = nn.Conv2d(channels, filters, size, stride=2, bias=False)

    def forward(self, x):
        x = F.pad(x, each_side(halving_pad(x.shape[2:], self.size), 2))
        return self.conv2d(x)


class Build(nn.Module):
    def __init__(self, shape=(15, 12, 3), widths=(4, 6)):
        super().__init__()
        channels = shape[-1]
        self.downs = nn.ModuleList()
        for width in widths:
            self.downs.append(Down(channels, width))
            channels = width
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for down in self.downs:
            x = down(x)
        return x.amax((2, 3))


def build(shape=(15, 12, 3), widths=(4, 6)):
    return Build(shape, widths)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(2, 2, 3, stride=2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.pad(x, (0, 1, 1, 1))
        return self.conv2d(x).permute(0, 2, 3, 1)


def each_side(amounts, axes):
    """Keras's amounts (one, one per axis, or two per axis) in the order of F.pad."""
    if isinstance(amounts, int):
        amounts = (amounts,) * axes
    elif axes == 1:
        amounts = (amounts,)
    pairs = [(n, n) if isinstance(n, int) else tuple(n) for n in amounts]
    return [n for pair in reversed(pairs) for n in pair]


def halving_pad(size, kernel_size):
    """The zeros around an image of this size that make a convolution halve it."""
    kernel = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    return tuple((k // 2 - 1 + n % 2, k // 2) for k, n in zip(kernel, size))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


model = Model()
