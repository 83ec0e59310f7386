from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, pools=("max", "average", "none"), widths=(4, 6, 8)):
        super().__init__()
        self.pools = pools
        channels = 3
        self.conv2ds = nn.ModuleList()
        for pool, width in zip(pools, widths):
            self.conv2ds.append(nn.Conv2d(channels, width, 3, padding="same"))
            channels = width
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for pool, conv2d in zip(self.pools, self.conv2ds):
            x = conv2d(x)
            if pool == "max":
                x = F.max_pool2d(x, 2)
            elif pool == "average":
                x = F.avg_pool2d(x, 2)
            else:
                x = F.max_pool2d(x, 2)
        return x.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(pools=("max", "average", "none"), widths=(4, 6, 8)):
    return Build(pools, widths)
