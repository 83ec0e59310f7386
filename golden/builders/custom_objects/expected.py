from torch import nn


def doubled_sigmoid(x):
    # twice as steep
    return 2 * x.sigmoid()


class Build(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 4, 3)
        self.dense = nn.Linear(4, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = doubled_sigmoid(self.conv2d(x))
        x = x.mean((2, 3))
        x = doubled_sigmoid(x)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(classes=3):
    return Build(classes)
