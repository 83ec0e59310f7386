from torch import nn
from torch.nn import functional as F


class Build(nn.Module):
    def __init__(self, shapes=(8, 16)):
        super().__init__()
        height = 16
        width = 16
        channels = 3
        self.conv2ds = nn.ModuleList()
        for filters in shapes:
            self.conv2ds.append(nn.Conv2d(channels, filters, 3, stride=2))
            height = (height - 3) // 2 + 1
            width = (width - 3) // 2 + 1
            channels = filters
        self.dense = nn.Linear(height * width * channels, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
        return self.dense(x.permute(0, 2, 3, 1).flatten(1))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(shapes=(8, 16)):
    return Build(shapes)


model = build()
