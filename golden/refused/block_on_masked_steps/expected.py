from tensorflow import keras
from tensorflow.keras import layers
from torch import nn


# TODO(tf2torch) T2T103: `layers.SpatialDropout1D` is left as it is
def noisy(x, rate=0.1):
    x = layers.SpatialDropout1D(rate)(x)
    return layers.ReLU()(x)


# TODO(tf2torch) T2T103: `keras.Input` is left as it is
inputs = keras.Input((6, 4))
x = layers.Masking()(inputs)
dense = layers.Dense(4)
# what fails here leaves no trace in the model
# TODO(tf2torch) T2T104: a block is called on masked steps, which its layers would see
y = noisy(dense(x))
# TODO(tf2torch) T2T103: `layers.ReLU` is left as it is
x = layers.ReLU(max_value=1.0)(dense(x))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 4)
        self.apply(init_like_keras)

    def forward(self, x):
        x = without_padding(x)
        return self.dense(x).clamp(0, 1.0)


def without_padding(x, value=0.0):
    """Zero the steps that hold nothing but `value`."""
    return x * (x != value).any(-1, keepdim=True)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
