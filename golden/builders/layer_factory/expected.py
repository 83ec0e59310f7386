"""Small helpers that make layers."""

from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 8, 3, padding="same", bias=False)
        self.conv2d_1 = nn.Conv2d(8, 16, 3, stride=2, bias=False)
        self.conv2d_2 = nn.Conv2d(16, 16, 1, bias=False)
        self.dense = nn.Linear(16, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = F.leaky_relu(x, 0.25)
        x = self.conv2d_1(F.pad(x, (0, 1, 0, 1)))
        x = F.leaky_relu(x, 0.25)
        x = self.conv2d_2(x)
        x = x.mean((2, 3))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


model = Model()
