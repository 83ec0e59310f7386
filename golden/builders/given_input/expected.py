from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self, input_shape, width, classes=3):
        super().__init__()
        self.conv2d = nn.Conv2d(input_shape[-1], width, 3)
        self.dense = nn.Linear(
            (input_shape[0] - 2) * (input_shape[1] - 2) * width, classes
        )
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def create_model(inputs, width, classes=3):
    """A small classifier."""
    return Model(inputs, width, classes)


model = create_model((16, 16, 3), 8)
