from torch import nn


def scaled_2d(x, factor):
    return x.permute(0, 2, 3, 1) * factor


def scaled_2(x, factor):
    return x * factor


class Net(nn.Module):
    def __init__(self, factor=0.5, classes=2):
        super().__init__()
        self.factor = factor
        self.conv2d = nn.Conv2d(3, 4, 3)
        self.dense = nn.Linear(4, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = scaled_2(x, factor=self.factor)
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = scaled_2d(x, factor=self.factor)
        x = x.mean((1, 2))
        return self.dense(x)


def build_net(factor=0.5, classes=2):
    return Net(factor, classes)


def gate(x):
    # opens slowly
    return x * x.sigmoid()


class BuilderModel(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.dense = nn.Linear(size, 3)
        self.apply(init_like_keras)

    def forward(self, inputs):
        return self.dense(gate(inputs))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


class Builder:
    def __init__(self, size):
        self.size = size

    def build(self):
        return BuilderModel(self.size)


model = Builder(5).build()
