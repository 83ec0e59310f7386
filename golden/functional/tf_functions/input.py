import tensorflow as tf
from tensorflow.keras.layers import Conv2D, Dense, GlobalAveragePooling2D, Input
from tensorflow.keras.models import Model

inp = Input(shape=(20, 20, 3))
x = Conv2D(8, 3)(inp)
x = tf.nn.relu(x)
mean = tf.reduce_mean(x, axis=[1, 2])
peak = tf.reduce_max(x, axis=[1, 2])
x = tf.concat([mean, peak], axis=-1)
x = tf.math.l2_normalize(x, axis=1)
x = tf.expand_dims(x, 1)
x = Dense(4)(tf.squeeze(x, axis=1))
model = Model(inp, x)
