import torch
from torch import nn
from torch.nn import functional as F

BRANCHES = [(4, 2, 3, 5), (6, 3, 4, 3)]


class Branches(nn.Module):
    def __init__(self, channels, narrow, reduced, wide, size, dropout=0.0):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, narrow, 1)
        self.conv2d_1 = nn.Conv2d(channels, reduced, 1)
        self.conv2d_2 = nn.Conv2d(reduced, wide, size, padding="same")
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        a = F.relu(self.conv2d(x))
        b = F.relu(self.conv2d_1(x))
        b = F.relu(self.conv2d_2(b))
        return self.dropout(torch.cat([a, b], dim=1))


class Build(nn.Module):
    def __init__(self, last=True):
        super().__init__()
        channels = 3
        self.brancheses = nn.ModuleList()
        for branch in BRANCHES:
            self.brancheses.append(Branches(channels, *branch))
            channels = branch[0] + branch[2]
        self.conv2ds = nn.ModuleList()
        for filters in [(8, 3), (4, 1)]:
            self.conv2ds.append(
                nn.Conv2d(channels, filters[0], filters[1], padding="same")
            )
            channels = filters[0]
        self.conv2ds_1 = nn.ModuleList()
        for kind in [(2, 3), (4, 3)]:
            if last:
                self.conv2ds_1.append(nn.Conv2d(channels, kind[0], kind[1]))
                channels = kind[0]
            else:
                self.conv2ds_1.append(None)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for branches in self.brancheses:
            x = branches(x)
        for conv2d in self.conv2ds:
            x = conv2d(x)
        for conv2d in self.conv2ds_1:
            if conv2d is not None:
                x = F.relu(conv2d(x))
        return x.permute(0, 2, 3, 1).flatten(1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(last=True):
    return Build(last)
