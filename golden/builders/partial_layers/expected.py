import torch
from torch import nn
from torch.nn import functional as F

# all convolutions of this network


class Net(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.conv2d = with_init(nn.Conv2d(3, 4, 3, padding="same"), weight=he_normal_)
        self.conv2d_1 = with_init(nn.Conv2d(4, 5, 3, padding="same"), weight=he_normal_)
        self.dense = nn.Linear(320, 6, bias=False)
        self.dense_1 = nn.Linear(6, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = torch.tanh(self.conv2d_1(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        x = self.dense(x)
        return self.dense_1(x)


def he_normal_(weight):
    """He normal, cut off at two standard deviations as in Keras."""
    std = (2 / weight[0].numel()) ** 0.5 / 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)


def with_init(module, **inits):
    """Start these weights of a layer in their own way, the others as Keras does."""
    init_like_keras(module)
    for name, init in inits.items():
        weight = getattr(module, name, None)  # there may be none, or a fixed one
        if isinstance(weight, nn.Parameter) or name.startswith("running"):
            init(weight)
    module.initialized = True
    return module


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if hasattr(module, "initialized"):
        return
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build_net(classes=3):
    return Net(classes)
