import numpy as np
import tensorflow as tf
from torch import nn

x, y = np.ones((64, 4)), np.ones((64, 1))


# TODO(tf2torch) T2T102: `Delayed` is a subclass of keras.optimizers.schedules.LearningRateSchedule; it is left as it is
class Delayed(tf.keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, delay):
        self.delay = delay
        self.after = tf.keras.optimizers.schedules.CosineDecay(0.1, 100)

    def __call__(self, step):
        return tf.cond(step < self.delay, lambda: 0.1, lambda: self.after(step))


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
# TODO(tf2torch) T2T101: `compile` is left as it is: `Delayed` uses `tf` in a way that is not translated
model.compile(tf.keras.optimizers.SGD(Delayed(10)), "mse")
model.fit(x, y, epochs=2)
