from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_1 = nn.Conv2d(3, 8, 3)
        self.conv_2 = nn.Conv2d(8, 16, 3)
        self.classes = nn.Linear(16, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv_1(x))
        x = F.max_pool2d(x, 2)
        x = F.relu(self.conv_2(x))
        x = x.mean((2, 3))
        return F.softmax(self.classes(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()


class Features(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.conv_1 = model.conv_1
        self.conv_2 = model.conv_2
        self.classes = model.classes

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv_1(x))
        x = F.max_pool2d(x, 2)
        x = F.relu(self.conv_2(x))
        features = x
        x = x.mean((2, 3))
        outputs = F.softmax(self.classes(x), dim=-1)
        return features.permute(0, 2, 3, 1), outputs


# What the last convolution sees
features = Features(model)
