import torch
from torch import nn
from torch.nn import functional as F


class Grouped(nn.Module):
    def __init__(self, groups=4):
        super().__init__()
        self.groups = groups
        self.depthwise_conv2d = nn.Conv2d(8, 8 * groups, 3, groups=8, bias=False)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.depthwise_conv2d(x)
        x = x.permute(0, 2, 3, 1).reshape(-1, 14, 14, 8, self.groups)
        return sum([x[:, :, :, :, g] for g in range(self.groups)])


def grouped(groups=4):
    return Grouped(groups)


class Ensemble(nn.Module):
    def __init__(self, widths=(4, 6)):
        super().__init__()
        self.widths = widths
        self.denses = nn.ModuleList()
        self.denses_1 = nn.ModuleList()
        for width in widths:
            self.denses.append(nn.Linear(16, width))
            self.denses_1.append(nn.Linear(width, 8))
        self.apply(init_like_keras)

    def forward(self, inputs):
        votes = []
        for dense, dense2 in zip(self.denses, self.denses_1):
            hidden = F.relu(dense(inputs))
            votes.append(dense2(hidden))
        return sum(votes) / len(self.widths)


def ensemble(widths=(4, 6)):
    return Ensemble(widths)


class TwoWays(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(16, 8)
        self.dense_1 = nn.Linear(16, 8)
        self.apply(init_like_keras)

    def forward(self, inputs):
        left = self.dense(inputs)
        right = torch.tanh(self.dense_1(inputs))
        return left + right


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        weight = module.weight.detach()
        if getattr(module, "groups", 1) > 1 and module.groups == module.in_channels:
            # a depthwise kernel: all channels count as inputs
            weight = weight.unflatten(0, (module.groups, -1)).transpose(0, 1)
        nn.init.xavier_uniform_(weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def two_ways():
    return TwoWays()
