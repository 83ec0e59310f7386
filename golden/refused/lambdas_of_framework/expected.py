import numpy as np
import tensorflow as tf
from tensorflow import keras

# TODO(tf2torch) T2T104: the statement in line 6, which is not converted, needs it
model = keras.Sequential([keras.layers.Dense(3, input_shape=(4,))])
# TODO(tf2torch) T2T104: a lambda that calls the framework is used as a plain value
rows = np.apply_along_axis(lambda row: model.predict(row[None])[0], 1, np.ones((3, 4)))
# TODO(tf2torch) T2T104: a lambda that calls the framework is used as a plain value
squares = list(map(lambda value: tf.square(value).numpy(), [1.0, 2.0]))
