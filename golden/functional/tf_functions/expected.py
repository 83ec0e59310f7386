import torch
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 8, 3)
        self.dense = nn.Linear(16, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = F.relu(x)
        mean = x.mean(dim=(2, 3))
        peak = x.amax(dim=(2, 3))
        x = torch.cat([mean, peak], dim=-1)
        x = F.normalize(x, eps=1e-6)
        x = x.unsqueeze(1)
        return self.dense(x.squeeze(1))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
