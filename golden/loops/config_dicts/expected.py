"""The architecture is a table."""

from torch import nn
from torch.nn import functional as F

CONFIG = [
    {"filters": 16, "kernel": 3, "stride": 1},
    {"filters": 32, "kernel": 3, "stride": 2},
    {"filters": 64, "kernel": 5, "stride": 2},
]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        channels = 3
        self.conv2ds = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for cfg in CONFIG:
            self.conv2ds.append(
                nn.Conv2d(channels, cfg["filters"], cfg["kernel"], stride=cfg["stride"])
            )
            self.batch_normalizations.append(
                nn.BatchNorm2d(cfg["filters"], eps=1e-3, momentum=0.01)
            )
            channels = cfg["filters"]
        self.dense = nn.Linear(channels, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d, batch_normalization in zip(self.conv2ds, self.batch_normalizations):
            x = conv2d(x)
            x = batch_normalization(x)
            x = F.relu(x)
        x = x.mean((2, 3))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
