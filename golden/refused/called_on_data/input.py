import numpy as np
import tensorflow as tf
from tensorflow import keras

x, y = np.random.rand(64, 4), np.random.rand(64, 1)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, epochs=2)
masked = model(x, mask=None).numpy()
shifted = model(x) + 1
outputs = model(x)
total = tf.reduce_sum(outputs)
some = model(tf.constant(x[:3])).numpy()
