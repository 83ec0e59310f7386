import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class Unreduced(keras.losses.Loss):
    def __init__(self):
        super().__init__(reduction="none")

    def call(self, y_true, y_pred):
        return tf.square(y_true - y_pred)


class ByColumn(keras.losses.Loss):
    def __init__(self, weights):
        super().__init__()
        self.weights = weights

    def call(self, y_true, y_pred):
        return tf.reduce_sum(self.weights * tf.square(y_true - y_pred), axis=-1)


x, y = np.random.rand(64, 8), np.random.rand(64, 3)
unreduced = keras.Sequential([layers.Input((8,)), layers.Dense(3)])
unreduced.compile("sgd", loss=Unreduced())
unreduced.fit(x, y, epochs=2, verbose=0)

columns = keras.Sequential([layers.Input((8,)), layers.Dense(3)])
columns.compile("sgd", loss=ByColumn([1.0, 2.0, 3.0]))
columns.fit(x, y, epochs=2, verbose=0)
