from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_1 = nn.Conv2d(3, 8, 3, padding="same")
        self.conv_2 = nn.Conv2d(8, 16, 3, padding="same")
        self.conv_3 = nn.Conv2d(16, 16, 3, padding="same")
        self.logits = nn.Linear(256, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv_1(x))
        x = F.max_pool2d(x, 2)
        x = F.relu(self.conv_2(x))
        x = F.max_pool2d(x, 2)
        x = F.relu(self.conv_3(x))
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.logits(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()

# the maps that style is measured on
STYLE = ["conv_1", "conv_3"]


class Style(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.conv_1 = model.conv_1
        self.conv_2 = model.conv_2
        self.conv_3 = model.conv_3

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv_1(x))
        features = x
        x = F.max_pool2d(x, 2)
        x = F.relu(self.conv_2(x))
        x = F.max_pool2d(x, 2)
        x = F.relu(self.conv_3(x))
        features2 = x
        return features.permute(0, 2, 3, 1), features2.permute(0, 2, 3, 1)


style = Style(model)
