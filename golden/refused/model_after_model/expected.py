"""The second model stays as it is, with the input that it needs."""

from tensorflow import keras
from tensorflow.keras import layers
from torch import nn


# TODO(tf2torch) T2T103: `layers.Dense` is left as it is: so is what calls `dense`, in line 17
def dense(x, **kwargs):
    params = dict(units=3, use_bias=False)
    params.update(kwargs)
    return layers.Dense(**params)(x)


# TODO(tf2torch) T2T103: `keras.Input` is left as it is
inputs = keras.Input((5,))


class First(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(5, 2)
        self.apply(init_like_keras)

    def forward(self, inputs):
        return self.dense(inputs)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


first = First()

# TODO(tf2torch) T2T103: `keras.Input` is left as it is
inputs = keras.Input((6, 2))
# TODO(tf2torch) T2T104: a block is called on masked steps, which its layers would see
second = keras.Model(inputs, dense(layers.Masking()(inputs), units=4))
