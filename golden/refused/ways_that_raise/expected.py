from tensorflow import keras
from tensorflow.keras import layers
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, channels, filters, kind="plain"):
        super().__init__()
        if kind == "plain":
            self.conv2d = nn.Conv2d(channels, filters, 3, padding="same")
        elif kind == "odd":
            # TODO(tf2torch) T2T205: a `with` statement in a function that builds or trains a model
            raise NotImplementedError(
                "T2T205: a `with` statement in a function that builds or trains a model"
            )
        else:
            self.conv2d_1 = nn.Conv2d(channels, filters, 1)
            self.conv2d = None

    def forward(self, x):
        if self.conv2d is not None:
            x = self.conv2d(x)
        else:
            x = self.conv2d_1(x)
        return F.relu(x)


class Build(nn.Module):
    def __init__(self, shape=(8, 8, 3), backbone=None, widths=(4, 8)):
        super().__init__()
        if backbone is None:
            channels = shape[-1]
            self.blocks = nn.ModuleList()
            for width in widths:
                self.blocks.append(Block(channels, width))
                channels = width
        else:
            # TODO(tf2torch) T2T205: the method get_layer of a tensor has no translation
            raise NotImplementedError(
                "T2T205: the method get_layer of a tensor has no translation"
            )
        self.dense = nn.Linear(channels, 2)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        for block in self.blocks:
            x = block(x)
        # a pretrained one
        x = x.mean((2, 3))
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build(shape=(8, 8, 3), backbone=None, widths=(4, 8)):
    return Build(shape, backbone, widths)


# TODO(tf2torch) T2T104: `both` is left as it is: `other` is called on a tensor, and what it does is not known
def both(shape=(8,), kind=""):
    inputs = keras.Input(shape)
    if kind == "a":
        x = unknown(inputs)
    else:
        x = other(inputs)
    return keras.Model(inputs, layers.Dense(2)(x))
