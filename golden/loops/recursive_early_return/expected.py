from torch import nn
from torch.nn import functional as F


class Tree(nn.Module):
    def __init__(self, channels, filters, depth):
        super().__init__()
        if depth == 0:
            self.conv2d = nn.Conv2d(channels, filters, 3, padding="same")
            result_channels = filters
        else:
            self.tree = Tree(channels, filters, depth - 1)
            self.tree_1 = Tree(self.tree.out_channels, filters, depth - 1)
            result_channels = self.tree.out_channels
            self.conv2d = None
        self.out_channels = result_channels

    def forward(self, x):
        if self.conv2d is not None:
            return F.relu(self.conv2d(x))
        else:
            left = self.tree(x)
            right = self.tree_1(left)
            return left + right


class Build(nn.Module):
    def __init__(self, input_shape=(16, 16, 3), depth=2):
        super().__init__()
        self.conv2d = nn.Conv2d(input_shape[-1], 8, 1)
        self.tree = Tree(8, 8, depth)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = self.tree(x)
        return x.mean((2, 3))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(input_shape=(16, 16, 3), depth=2):
    return Build(input_shape, depth)
