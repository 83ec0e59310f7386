from torch import nn


class Block(nn.Module):
    def __init__(self, channels, channel, activation="ReLU"):
        super().__init__()
        self.conv = nn.Conv2d(channels, channel, 3, padding="same")
        self.act = activation_layer(activation, dim=1)

    def forward(self, X):
        X = self.conv(X)
        return self.act(X)


class Build(nn.Module):
    def __init__(self, size=(8, 8, 3), activation="ReLU"):
        super().__init__()
        self.block = Block(size[-1], 4, activation=activation)
        self.block_1 = Block(4, 4, activation="LeakyReLU")
        self.apply(init_like_keras)

    def forward(self, IN):
        IN = IN.permute(0, 3, 1, 2)
        X = self.block(IN)
        X = self.block_1(X)
        return X.permute(0, 2, 3, 1)


def activation_layer(name, dim=-1):
    """The activation layer that Keras has by a name; `dim` is where the channels are."""
    if name == "ReLU":
        return nn.ReLU()
    if name == "LeakyReLU":
        return nn.LeakyReLU(0.3)
    if name == "ELU":
        return nn.ELU()
    if name == "Softmax":
        return nn.Softmax(dim)
    raise ValueError(f"no activation layer: {name!r}")


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(size=(8, 8, 3), activation="ReLU"):
    return Build(size, activation)
