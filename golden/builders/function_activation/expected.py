from torch import nn
from torch.nn import functional as F


def swish(x):
    """Swish, from before Keras had it."""
    return x * x.sigmoid()


class Net(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 4, 3)
        self.batch_normalization = nn.BatchNorm2d(4, eps=1e-3, momentum=0.01)
        self.dense = nn.Linear(4, 5)
        self.dense_1 = nn.Linear(5, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = swish(self.conv2d(x))
        x = self.batch_normalization(x)
        x = swish(x)
        x = x.mean((2, 3))
        x2 = self.dense(x)
        x = x2 * F.softplus(x2).tanh()
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_net(classes=3):
    return Net(classes)
