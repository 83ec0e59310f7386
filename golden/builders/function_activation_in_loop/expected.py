from torch import nn
from torch.nn import functional as F


def scaled(x):
    # the larger the channel, the more
    return F.softmax(x, dim=-1) * x


def scaled_1d(x):
    # the larger the channel, the more
    return F.softmax(x, dim=1) * x


class Net(nn.Module):
    def __init__(self, depth=2, separable=False):
        super().__init__()
        self.first = nn.Conv1d(2, 4, 3)
        steps = 10
        channels = 4
        self.denses = nn.ModuleList()
        for level in range(depth):
            self.denses.append(nn.Linear(channels, 4 * (level + 1)))
            channels = 4 * (level + 1)
        if separable:
            self.separable_conv1d = nn.Sequential(
                nn.Conv1d(channels, channels, 3, groups=channels, bias=False),
                nn.Conv1d(channels, 3, 1),
            )
            steps = 8
            channels = 3
        else:
            self.separable_conv1d = None
        self.dense = nn.Linear(steps * channels, 6)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.transpose(1, 2)
        x = scaled_1d(self.first(x))
        x = x.transpose(1, 2)
        for dense in self.denses:
            x = scaled(dense(x))
        if self.separable_conv1d is not None:
            x = x.transpose(1, 2)
            x = scaled_1d(self.separable_conv1d(x))
            x = x.transpose(1, 2)
        x = x.flatten(1)
        x = self.dense(x)
        return scaled(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv1d, nn.Linear)):
        weight = module.weight.detach()
        if getattr(module, "groups", 1) > 1 and module.groups == module.in_channels:
            # a depthwise kernel: all channels count as inputs
            weight = weight.unflatten(0, (module.groups, -1)).transpose(0, 1)
        nn.init.xavier_uniform_(weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build_net(depth=2, separable=False):
    return Net(depth, separable)
