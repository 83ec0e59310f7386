import numpy as np
import tensorflow as tf
from torch import nn

# TODO(tf2torch) T2T103: `tf.distribute.MirroredStrategy` is left as it is: not all models of the file are trained here
strategy = tf.distribute.MirroredStrategy()
x = np.linspace(-1, 1, 64).reshape(-1, 1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


with strategy.scope():
    model = Model()
    # TODO(tf2torch) T2T101: `compile` is left as it is: the strategy is left: not all models of the file are trained here
    model.compile("sgd", "mse")
model.fit(x, 2 * x, batch_size=8 * strategy.num_replicas_in_sync, epochs=2)


class Teacher(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(1, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


teacher = Teacher()
# TODO(tf2torch) T2T101: `compile` is left as it is: the model is made outside of the scope of the strategy
teacher.compile("sgd", "mse")
teacher.fit(x, 2 * x, epochs=2)
