import numpy as np
import tensorflow as tf
from tensorflow import keras
from torch import nn


# TODO(tf2torch) T2T102: `Streak` is a subclass of keras.metrics.Metric; it is left as it is
class Streak(keras.metrics.Metric):
    """It goes on from epoch to epoch."""

    def __init__(self, name="streak"):
        super().__init__(name=name)
        self.longest = self.add_weight(name="longest", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.count.assign_add(tf.reduce_sum(tf.abs(y_true - y_pred)))
        self.longest.assign(tf.maximum(self.longest, self.count))

    def result(self):
        return self.longest

    def reset_state(self):
        self.count.assign(0.0)


x = np.random.rand(64, 4)
y = np.random.rand(64, 1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
# TODO(tf2torch) T2T101: `compile` is left as it is: `Streak` does not begin each epoch with zeros
model.compile("sgd", "mse", metrics=[Streak()])
model.fit(x, y, epochs=2)
