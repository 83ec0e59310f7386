from torch import nn
from torch.nn import functional as F


class Backbone(nn.Module):
    def __init__(self, input_shape=(16, 16, 3)):
        super().__init__()
        self.conv2d = nn.Conv2d(input_shape[-1], 8, 3, padding="same")
        self.conv2d_1 = nn.Conv2d(8, 16, 3, padding="same")
        features = {"c3": 8, "c4": 16}
        self.conv2d_2 = nn.Conv2d(16, 32, 3, padding="same")
        features["c5"] = 32
        self.laterals = nn.ModuleList()
        for name, feature in features.items():
            self.laterals.append(nn.Conv2d(feature, 4, 1))
        self.apply(init_like_keras)

    def forward(self, image):
        image = image.permute(0, 3, 1, 2)
        c3 = F.relu(self.conv2d(image))
        c4 = F.relu(self.conv2d_1(c3))
        features = {"c3": c3, "c4": c4}
        features["c5"] = self.conv2d_2(c4)
        heads = {}
        for (name, feature), lateral in zip(features.items(), self.laterals):
            heads["p" + name[1:]] = lateral(feature)
        return {name: output.permute(0, 2, 3, 1) for name, output in heads.items()}


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def backbone(input_shape=(16, 16, 3)):
    return Backbone(input_shape)


model = backbone()
