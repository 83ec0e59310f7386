from torch import nn


class Net(nn.Module):
    def __init__(
        self, input_tensor=None, input_shape=(8, 8, 3), widths=(4, 5), pooling="avg"
    ):
        if input_tensor is not None:
            raise NotImplementedError(
                "input_tensor: pass tensors to the model instead of building on them"
            )
        super().__init__()
        self.pooling = pooling
        channels = input_shape[-1]
        self.conv2ds = nn.ModuleList()
        for width in widths:
            self.conv2ds.append(nn.Conv2d(channels, width, 3))
            channels = width
        self.dense = nn.Linear(channels, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for conv2d in self.conv2ds:
            x = conv2d(x)
        if self.pooling == "avg":
            x = x.mean((2, 3))
        else:
            x = x.amax((2, 3))
        return self.dense(x)


def build_net(input_tensor=None, input_shape=(8, 8, 3), widths=(4, 5), pooling="avg"):
    return Net(input_tensor, input_shape, widths, pooling)


class Head(nn.Module):
    def __init__(self, features=None, size=4):
        if features is not None:
            raise NotImplementedError(
                "features: pass tensors to the model instead of building on them"
            )
        super().__init__()
        self.dense = nn.Linear(size, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build_head(features=None, size=4):
    return Head(features, size)
