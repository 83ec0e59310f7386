from torch import nn
from torch.nn import functional as F


class Classifier(nn.Module):
    def __init__(self, input_shape, widths, classes=3):
        super().__init__()
        features = input_shape[-1]
        self.denses = nn.ModuleList()
        for width in widths:
            self.denses.append(nn.Linear(features, width))
            features = width
        self.dense = nn.Linear(features, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
        return self.dense(x)


def create_model(inputs, widths, classes=3):
    """Layers of the given widths."""
    return Classifier(inputs, widths, classes)


def small_model(size):
    model = create_model((size,), [4, 5])
    return model


class Encoder(nn.Module):
    """A model that is a class."""

    def __init__(self, image_shape, depth, deep=False):
        super().__init__()
        channels = image_shape[-1]
        self.conv2ds = nn.ModuleList()
        for level in range(depth):
            self.conv2ds.append(nn.Conv2d(channels, 4 * 2**level, 3, padding="same"))
            channels = 4 * 2**level
        self.conv2d = nn.Conv2d(channels, 8, 3) if deep else None
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = conv2d(x)
            x = F.max_pool2d(x, 2)
        if self.conv2d is not None:
            x = self.conv2d(x)
        return x.permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


encoder = Encoder((16, 16, 1), 2, deep=True)
