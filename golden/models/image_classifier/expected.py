from torch import nn
from torch.nn import functional as F


class ConvBlock(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same", bias=False)
        self.batch_normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)

    def forward(self, x):
        x = self.conv2d(x)
        x = self.batch_normalization(x)
        return F.relu(x)


class Classifier(nn.Module):
    def __init__(self, input_shape=(32, 32, 3), widths=(32, 64, 128), classes=10):
        super().__init__()
        channels = input_shape[-1]
        self.conv_blocks = nn.ModuleList()
        for width in widths:
            self.conv_blocks.append(ConvBlock(channels, width))
            channels = width
        self.dense = nn.Linear(channels, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv_block in self.conv_blocks:
            x = conv_block(x)
            # halve the resolution
            x = F.max_pool2d(x, 2)
        x = x.mean((2, 3))
        return F.softmax(self.dense(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build_classifier(input_shape=(32, 32, 3), widths=(32, 64, 128), classes=10):
    """A small convolutional classifier."""
    return Classifier(input_shape, widths, classes)
