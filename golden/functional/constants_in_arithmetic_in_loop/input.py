import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

scale = tf.constant([1.0, 2.0, 3.0])
shift = tf.range(3, dtype=tf.float32) / 8.0
inputs = keras.Input(shape=(8, 8, 3))
x = layers.Conv2D(3, 3)(inputs * scale + shift)
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, x)


def build(n=6):
    inputs = keras.Input(shape=(n, 4))
    pos = tf.range(n, dtype="float32")[:, tf.newaxis]
    steps = tf.cast(tf.range(4), tf.float32)[tf.newaxis, :]
    x = inputs + pos * steps / 8.0
    for i in range(2):
        x = layers.Dense(4)(x) * tf.sin(tf.range(4.0) * (i + 1))
    return keras.Model(inputs, tf.concat([x, tf.zeros((1, n, 4)) + x], axis=-1))


m = build(5)
