from torch import nn
from torch.nn import functional as F


class ConvUnit(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same", bias=False)
        self.batch_normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)

    def forward(self, x):
        x = self.conv2d(x)
        x = self.batch_normalization(x)
        return F.relu(x)


class ConvUnitLeakyReLU(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same", bias=False)
        self.batch_normalization = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)

    def forward(self, x):
        x = self.conv2d(x)
        x = self.batch_normalization(x)
        return F.leaky_relu(x, 0.3)


class ConvUnitLayerNormalization(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.conv2d = nn.Conv2d(channels, filters, 3, padding="same", bias=False)
        self.layer_normalization = nn.LayerNorm(filters, eps=1e-3)

    def forward(self, x):
        x = self.conv2d(x)
        x = self.layer_normalization(x.permute(0, 2, 3, 1))
        return F.relu(x)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_unit = ConvUnit(3, 8)
        self.conv_unit_1 = ConvUnitLeakyReLU(8, 8)
        self.conv_unit_2 = ConvUnitLayerNormalization(8, 16)
        self.dense = nn.Linear(16, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv_unit(x)
        x = self.conv_unit_1(x)
        x = self.conv_unit_2(x)
        x = x.mean((1, 2))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


model = Model()
