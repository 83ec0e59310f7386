from torch import nn


class Block(nn.Module):
    def __init__(self, features, *, depth, scale):
        super().__init__()
        self.scale = scale
        self.denses = nn.ModuleList()
        for _ in range(depth):
            self.denses.append(nn.Linear(features, 5))
            features = 5
        self.out_channels = features

    def forward(self, x):
        for dense in self.denses:
            x = dense(x) * self.scale
        return x


class HostModel(nn.Module):
    def __init__(self, depth, scale):
        super().__init__()
        self.scale = scale
        self.dense = nn.Linear(5, 5)
        features = 5
        self.blocks = nn.ModuleList()
        for _ in range(depth):
            self.blocks.append(Block(features, depth=depth, scale=scale))
            features = self.blocks[-1].out_channels
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        for block in self.blocks:
            x = block(x) * self.scale
        return x


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


class Host:
    def __init__(self, depth=2, scale=0.5):
        self.depth = depth
        self.scale = scale

    def build(self):
        return HostModel(self.depth, self.scale)


model = Host().build()
