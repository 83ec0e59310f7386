import numpy as np
import tensorflow as tf
from tensorflow import keras


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

model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=[Streak()])
model.fit(x, y, epochs=2)
