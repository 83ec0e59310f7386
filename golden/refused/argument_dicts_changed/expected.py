from tensorflow import keras
from tensorflow.keras import layers
from torch import nn


# TODO(tf2torch) T2T104: `updated` is left as it is: the outputs of the model are not known: keras.layers.Conv2D is called with arguments that are not known
def updated(deep=True):
    inputs = keras.Input((8, 8, 3))
    options = {"strides": 2} if deep else {}
    options.update(padding="same")
    return keras.Model(inputs, layers.Conv2D(4, 3, **options)(inputs))


# TODO(tf2torch) T2T104: `taken_out` is left as it is: the outputs of the model are not known: keras.layers.Conv2D is called with arguments that are not known
def taken_out(deep=True):
    inputs = keras.Input((8, 8, 3))
    options = {"strides": 2, "padding": "same"} if deep else {"padding": "same"}
    options.pop("padding")
    return keras.Model(inputs, layers.Conv2D(4, 3, **options)(inputs))


# TODO(tf2torch) T2T104: `changed_by_another_name` is left as it is: `others` and `options` are one list, dict or array, which changes
def changed_by_another_name(deep=True):
    inputs = keras.Input((8, 8, 3))
    options = {"strides": 2, "padding": "same"} if deep else {"padding": "valid"}
    others = options
    others["padding"] = "same"
    return keras.Model(inputs, layers.Conv2D(4, 3, **options)(inputs))


# TODO(tf2torch) T2T104: `changed_inside` is left as it is: the outputs of the model are not known: keras.layers.Conv2D is called with arguments that are not known
def changed_inside(strides=2):
    options = {"strides": strides}

    def change():
        options["strides"] = 3

    change()
    inputs = keras.Input((8, 8, 3))
    return keras.Model(inputs, layers.Conv2D(4, 3, **options)(inputs))


class ChangedValue(nn.Module):
    def __init__(self, deep=True, filters=2):
        super().__init__()
        options = {"filters": filters} if deep else {"filters": filters + 1}
        filters = 7
        self.conv2d = nn.Conv2d(3, options["filters"], 3)
        self.conv2d_1 = nn.Conv2d(options["filters"], filters, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = self.conv2d(x)
        return self.conv2d_1(x).permute(0, 2, 3, 1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def changed_value(deep=True, filters=2):
    return ChangedValue(deep, filters)
