from torch import nn


class Block(nn.Module):
    def __init__(self, channels, cls, level):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, cls.base * 2**level, 3, padding="same")

    def forward(self, x):
        x = self.conv2d(x)
        return squash(x)


def squash(x):
    return x.tanh() * 2.0


class NetModel(nn.Module):
    def __init__(self, cls, depth=2, classes=3):
        super().__init__()
        channels = 3
        self.blocks = nn.ModuleList()
        for level in range(depth):
            self.blocks.append(Block(channels, cls, level))
            channels = cls.base * 2**level
        self.dense = nn.Linear(channels, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for block in self.blocks:
            x = block(x)
        x = x.mean((2, 3))
        return squash(self.dense(x))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


class Net:
    base = 4

    @classmethod
    def build(cls, depth=2, classes=3):
        return NetModel(cls, depth, classes)
