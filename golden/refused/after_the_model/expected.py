import os

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.dense = nn.Linear(4, 8)
        self.dense_1 = nn.Linear(8, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = F.relu(self.dense(x))
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_net(weights=None, frozen=2, classes=3):
    model = Net(classes)

    # keep the first ones as they are
    # TODO(tf2torch) T2T101: `for layer in model.layers[:frozen]` is left as it is; the model is an nn.Module now
    for layer in model.layers[:frozen]:
        layer.trainable = False

    if weights is not None and os.path.exists(weights):
        print("found", weights)
    return model
