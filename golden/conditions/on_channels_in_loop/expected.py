from torch import nn
from torch.nn import functional as F


class Residual(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        shortcut_channels = channels
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same")
        self.conv2d_1 = nn.Conv2d(filters, filters, 3, padding="same")
        self.conv2d_2 = (
            nn.Conv2d(shortcut_channels, filters, 1)
            if shortcut_channels != filters
            else None
        )

    def forward(self, x):
        shortcut = x
        x = F.relu(self.conv2d(x))
        x = self.conv2d_1(x)
        if self.conv2d_2 is not None:
            shortcut = self.conv2d_2(shortcut)
        return x + shortcut


class ResNet(nn.Module):
    def __init__(self, shape, depths, pooling="avg"):
        super().__init__()
        self.depths = depths
        self.pooling = pooling
        height = shape[0]
        width = shape[1]
        channels = shape[-1]
        self.residuals = nn.ModuleList()
        for i, (filters, depth) in enumerate(depths):
            residuals = nn.ModuleList()
            for _ in range(depth):
                residuals.append(Residual(channels, filters))
                channels = filters
            self.residuals.append(residuals)
            if i != len(depths) - 1:
                height = height // 2
                width = width // 2
        if pooling == "avg":
            features = channels
        elif pooling == "max":
            features = channels
        else:
            features = height * width * channels
        self.dense = nn.Linear(features, 10)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for i, residuals in enumerate(self.residuals):
            for residual in residuals:
                x = residual(x)
            if i != len(self.depths) - 1:
                x = F.max_pool2d(x, 2)
        if self.pooling == "avg":
            x = x.mean((2, 3))
        elif self.pooling == "max":
            x = x.amax((2, 3))
        else:
            x = x.permute(0, 2, 3, 1).flatten(1)
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def make_resnet(shape, depths, pooling="avg"):
    """`pooling` is "avg", "max" or None."""
    return ResNet(shape, depths, pooling)


model = make_resnet((16, 16, 3), [(8, 2), (16, 1)])
flat = make_resnet((16, 16, 3), [(8, 1)], pooling=None)
