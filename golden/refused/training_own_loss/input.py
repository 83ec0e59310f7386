import numpy as np
import tensorflow as tf
from tensorflow import keras

x = np.random.rand(64, 8)
y = np.random.rand(64, 1)


def asymmetric(y_true, y_pred):
    error = y_true - y_pred
    return tf.reduce_mean(tf.where(error > 0, 2 * error, -error))


model = keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss=asymmetric)
history = model.fit(x, y, epochs=3)
