from torch import nn
from torch.nn import functional as F
from tensorflow.keras import layers


# TODO(tf2torch) T2T103: `layers.Conv2D` is left as it is
def conv_block(x, filters):
    x = layers.Conv2D(filters, 3)(x)
    return layers.ReLU()(x)


class ConvBlock(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters, 3)

    def forward(self, x):
        x = self.conv2d(x)
        return F.relu(x)


BLOCK = conv_block
ALL_BLOCKS = [conv_block]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_block = ConvBlock(3, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv_block(x)
        return x.permute(0, 2, 3, 1).flatten(1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_net(classes=3):
    return Net()
