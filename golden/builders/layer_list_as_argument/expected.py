from torch import nn
from torch.nn import functional as F


class Classifier(nn.Module):
    def __init__(self, input_shape=(28, 28, 1), classes=10):
        super().__init__()
        self.conv2d = nn.Conv2d(input_shape[-1], 8, 3)
        self.conv2d_1 = nn.Conv2d(8, 16, 3)
        self.dense = nn.Linear(16, 32)
        self.dense_1 = nn.Linear(32, classes)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.relu(self.conv2d(x))
        x = F.max_pool2d(x, 2)
        x = F.relu(self.conv2d_1(x))
        x = x.mean((2, 3))
        x = F.relu(self.dense(x))
        x = self.dense_1(x)
        return x


def build_classifier(input_shape=(28, 28, 1), classes=10):
    return Classifier(input_shape, classes)


class MLP(nn.Module):
    def __init__(self, input_dim, hidden=(32, 16)):
        super().__init__()
        features = input_dim
        self.denses = nn.ModuleList()
        for n in hidden:
            self.denses.append(nn.Linear(features, n))
            features = n
        self.dense = nn.Linear(features, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        for dense in self.denses:
            x = F.relu(dense(x))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_mlp(input_dim, hidden=(32, 16)):
    return MLP(input_dim, hidden)


model = build_mlp(8)
