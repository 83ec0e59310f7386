from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, filters=2, depth=2):
        super().__init__()
        options = {"filters": filters, "padding": "same", "strides": 2}
        # the first one has the filters that were asked for
        filters = 7
        self.conv2d = nn.Conv2d(3, options["filters"], 3, stride=2)
        channels = options["filters"]
        options.pop("strides")
        options.pop("filters")
        self.conv2ds = nn.ModuleList()
        for _ in range(depth):
            self.conv2ds.append(nn.Conv2d(channels, filters, 3, padding="same"))
            channels = filters
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(F.pad(x, (0, 1, 0, 1)))
        for conv2d in self.conv2ds:
            x = conv2d(x)
        return x.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(filters=2, depth=2):
    return Build(filters, depth)
