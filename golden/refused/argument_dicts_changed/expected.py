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
    def __init__(self):
        super().__init__()
        filters = 7
        self.conv2_d = NotConverted(
            "T2T202: keras.layers.Conv2D: the argument filters is not known: what the dict has for filters has changed since"
        )
        self.conv2d = LazyConv2d(filters, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.conv2_d(x)
        x = x.permute(0, 3, 1, 2)
        return self.conv2d(x).permute(0, 2, 3, 1)


class LazyConv2d(nn.LazyConv2d):
    """Starts from Keras's weights when the first batch tells their size."""

    def reset_parameters(self):
        if self.in_channels and not self.has_uninitialized_params():
            init_like_keras(self)


class NotConverted(nn.Module):
    """Stands for a layer that has no faithful translation: raises when it is called."""

    def __init__(self, reason):
        super().__init__()
        self.reason = reason

    def forward(self, *inputs):
        raise NotImplementedError(self.reason)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(getattr(module, "weight", None), nn.UninitializedParameter):
        return  # the first batch tells its size
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def changed_value(deep=True, filters=2):
    return ChangedValue()
