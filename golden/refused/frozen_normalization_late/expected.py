from torch import nn
from torch.nn import functional as F


class Frozen(nn.Module):
    def __init__(self):
        super().__init__()
        # from here on, it is in eval mode
        self.norm = nn.BatchNorm2d(3, eps=1e-3, momentum=0.01).requires_grad_(False)
        self.conv2d = nn.Conv2d(3, 4, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(self.norm(x))
        return x.permute(0, 2, 3, 1)


def frozen():
    return Frozen()


class Thawed(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(3, eps=1e-3, momentum=0.01)
        self.conv2d = nn.Conv2d(3, 4, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(frozen_batch_norm(self.norm, x))
        return x.permute(0, 2, 3, 1)


def frozen_batch_norm(norm, x):
    """Normalize by the running statistics, also while training."""
    return F.batch_norm(
        x, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps
    )


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def thawed():
    return Thawed()
