from torch import nn
from torch.nn import functional as F


class Backbone(nn.Module):
    def __init__(self, input_shape=(32, 32, 3), widths=(16, 32)):
        super().__init__()
        channels = input_shape[-1]
        self.conv2ds = nn.ModuleList()
        for width in widths:
            self.conv2ds.append(nn.Conv2d(channels, width, 3))
            channels = width
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
        return x.mean((2, 3))


class Classifier(nn.Module):
    def __init__(self, input_shape=(32, 32, 3), widths=(16, 32), classes=None):
        super().__init__()
        channels = input_shape[-1]
        self.conv2ds = nn.ModuleList()
        for width in widths:
            self.conv2ds.append(nn.Conv2d(channels, width, 3))
            channels = width
        self.dense = nn.Linear(channels, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
        x = x.mean((2, 3))
        # a head for classification
        return F.softmax(self.dense(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_backbone(input_shape=(32, 32, 3), widths=(16, 32), classes=None):
    """A feature extractor, or a classifier where `classes` is given."""
    if classes is None:
        return Backbone(input_shape, widths)
    return Classifier(input_shape, widths, classes)
