from torch import nn
from torch.nn import functional as F


class ConvBlock(nn.Module):
    def __init__(self, channels, filters, kind):
        super().__init__()
        self.kind = kind
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same")
        if kind not in ("max", "average"):
            raise ValueError("pooling: " + kind)

    def forward(self, x):
        x = self.conv2d(x)
        if self.kind == "max":
            x = F.max_pool2d(x, 2)
        else:
            x = F.avg_pool2d(x, 2)
        return x


class Classifier(nn.Module):
    def __init__(self, kinds=("max", "average"), filters=4):
        super().__init__()
        channels = 3
        self.conv_blocks = nn.ModuleList()
        for kind in kinds:
            self.conv_blocks.append(ConvBlock(channels, filters, kind))
            channels = filters
            filters *= 2
        self.dense = nn.Linear(channels, 5)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv_block in self.conv_blocks:
            x = conv_block(x)
        x = x.mean((2, 3))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_classifier(kinds=("max", "average"), filters=4):
    return Classifier(kinds, filters)
