import numpy as np
import tensorflow as tf
from torch import nn

x = np.random.rand(64, 8)
y = np.random.rand(64, 1)


# TODO(tf2torch) T2T103: `tf.reduce_mean` is left as it is
def asymmetric(y_true, y_pred):
    error = y_true - y_pred
    return tf.reduce_mean(tf.where(error > 0, 2 * error, -error))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
# TODO(tf2torch) T2T101: `compile` is left as it is: the loss is only known at run time, or is the program's own
model.compile(optimizer="sgd", loss=asymmetric)
history = model.fit(x, y, epochs=3)
