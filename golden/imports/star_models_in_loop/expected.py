from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        height = 8
        width = 8
        channels = 1
        self.conv2ds = nn.ModuleList()
        for f in (4, 8):
            self.conv2ds.append(nn.Conv2d(channels, f, 3))
            height = height - 2
            width = width - 2
            channels = f
        self.dense = nn.Linear(height * width * channels, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
