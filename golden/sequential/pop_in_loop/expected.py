from torch import nn
from torch.nn import functional as F


class Classifier(nn.Module):
    def __init__(self, widths=(32, 16), classes=4, scaled=False):
        super().__init__()
        self.scaled = scaled
        features = 10
        self.denses = nn.ModuleList()
        self.batch_normalizations = nn.ModuleList()
        for width in widths:
            self.denses.append(nn.Linear(features, width))
            self.batch_normalizations.append(
                nn.BatchNorm1d(width, eps=1e-3, momentum=0.01)
            )
            features = width
        self.dense = nn.Linear(features, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense, batch_normalization in zip(self.denses, self.batch_normalizations):
            x = F.relu(dense(x))
            x = batch_normalization(x)
        # the trunk was trained with another head
        if self.scaled:
            x = x * 0.5
        return self.dense(x)


def build_classifier(widths=(32, 16), classes=4, scaled=False):
    return Classifier(widths, classes, scaled)


class Features(nn.Module):
    def __init__(self, widths=(8, 16)):
        super().__init__()
        channels = 3
        self.conv2ds = nn.ModuleList()
        for width in widths:
            self.conv2ds.append(nn.Conv2d(channels, width, 3))
            channels = width
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = F.relu(conv2d(x))
        # one feature for each channel instead
        return x.mean((2, 3))


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_features(widths=(8, 16)):
    return Features(widths)
