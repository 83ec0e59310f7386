from torch import nn
from torch.nn import functional as F


class IdentityBlock(nn.Module):
    def __init__(self, channels, f, filters):
        super().__init__()
        self.conv2d = with_init(
            nn.Conv2d(channels, filters, f, padding="same"),
            weight=lambda w: nn.init.uniform_(w, -0.05, 0.05),
        )

    def forward(self, X):
        X_shortcut = X
        X = self.conv2d(X)
        X = X + X_shortcut
        return F.relu(X)


class Head(nn.Module):
    def __init__(self, channels, height, width, classes):
        super().__init__()
        self.dense = nn.Linear(height * width * channels, 8)
        self.dense_1 = nn.Linear(8, classes)

    def forward(self, X):
        X = self.dense(X.permute(0, 2, 3, 1).flatten(1))
        X = F.relu(X)
        return F.softmax(self.dense_1(X), dim=-1)


class ResNetModel(nn.Module):
    def __init__(self, input_shape=(8, 8, 3), classes=4):
        super().__init__()
        self.identity_block = IdentityBlock(input_shape[-1], 3, 3)
        self.identity_block_1 = IdentityBlock(3, 5, 3)
        self.head = Head(3, input_shape[0], input_shape[1], classes)
        self.apply(init_like_keras)

    def forward(self, X_input):
        X_input = X_input.permute(0, 3, 1, 2)
        X = self.identity_block(X_input)
        X = self.identity_block_1(X)
        return self.head(X)


def with_init(module, **inits):
    """Start these weights of a layer in their own way, the others as Keras does."""
    init_like_keras(module)
    for name, init in inits.items():
        weight = getattr(module, name, None)  # there may be none, or a fixed one
        if isinstance(weight, nn.Parameter) or name.startswith("running"):
            init(weight)
    module.initialized = True
    return module


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if hasattr(module, "initialized"):
        return
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def ResNet(input_shape=(8, 8, 3), classes=4):
    return ResNetModel(input_shape, classes)


model = ResNet()
