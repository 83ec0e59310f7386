import numpy as np
import tensorflow as tf
from tensorflow import keras
from torch import nn


# TODO(tf2torch) T2T102: `Summed` is a subclass of keras.losses.Loss; it is left as it is
class Summed(keras.losses.Loss):
    def __init__(self):
        super().__init__(reduction="sum")

    def call(self, y_true, y_pred):
        return tf.square(y_true - y_pred)


class ByColumn(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.weights = weights

    def forward(self, y_true, y_pred):
        return (self.weights * (y_true - y_pred).square()).sum(dim=-1)


x, y = np.random.rand(64, 8), np.random.rand(64, 3)


class SummedModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


summed = SummedModel()
# TODO(tf2torch) T2T101: `compile` is left as it is: `call` is not understood as a function of tensors
summed.compile("sgd", loss=Summed())
summed.fit(x, y, epochs=2, verbose=0)


class Columns(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


columns = Columns()
# TODO(tf2torch) T2T101: `compile` is left as it is: `ByColumn([1.0, 2.0, 3.0])` gets a list or an array: make it a tensor
columns.compile("sgd", loss=ByColumn([1.0, 2.0, 3.0]))
columns.fit(x, y, epochs=2, verbose=0)
