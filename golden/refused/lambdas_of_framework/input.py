import numpy as np
import tensorflow as tf
from tensorflow import keras

model = keras.Sequential([keras.layers.Dense(3, input_shape=(4,))])
rows = np.apply_along_axis(lambda row: model.predict(row[None])[0], 1, np.ones((3, 4)))
squares = list(map(lambda value: tf.square(value).numpy(), [1.0, 2.0]))
