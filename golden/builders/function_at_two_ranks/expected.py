from torch import nn


def below_largest(x):
    # each channel against the largest one
    return x - x.amax(dim=-1, keepdim=True)


def below_largest_2d(x):
    # each channel against the largest one
    return x - x.amax(dim=1, keepdim=True)


class Net(nn.Module):
    def __init__(self, classes=2):
        super().__init__()
        self.conv2d = nn.Conv2d(3, 4, 3)
        self.dense = nn.Linear(4, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        x = below_largest_2d(x)
        x = x.mean((2, 3))
        x = below_largest(x)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_net(classes=2):
    return Net(classes)
