from torch import nn
from torch.nn import functional as F


class Base(nn.Module):
    def __init__(self, shape=(32, 32, 3)):
        super().__init__()
        self.conv2d = nn.Conv2d(shape[-1], 8, 3)
        self.conv2d_1 = nn.Conv2d(8, 16, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = F.max_pool2d(x, 2)
        x = F.relu(self.conv2d_1(x))
        return x.permute(0, 2, 3, 1)


def build_base(shape=(32, 32, 3)):
    return Base(shape)


class Classifier(nn.Module):
    def __init__(self, base, classes=10):
        super().__init__()
        self.base = base
        self.dense = nn.Linear(16, classes)
        self.dense.apply(init_like_keras)

    def forward(self, x):
        outputs = self.base(x)
        x = outputs.mean((1, 2))
        return F.softmax(self.dense(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_classifier(classes=10):
    """A head on a base that is not trained."""
    base = build_base()
    base.requires_grad_(False)
    return Classifier(base, classes)


base = build_base((24, 24, 1))
base.requires_grad_(False)


class Model(nn.Module):
    def __init__(self, base):
        super().__init__()
        self.base = base
        self.dense = nn.Linear(1296, 3)
        self.dense.apply(init_like_keras)

    def forward(self, x):
        outputs = self.base(x)
        return self.dense(outputs.flatten(1))


model = Model(base)
classifier = build_classifier(4)
