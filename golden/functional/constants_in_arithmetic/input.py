import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


def norm(x):
    return (x - tf.constant([0.25, 0.5, 0.75])) / tf.constant([1.0, 2.0, 4.0])


def build(n=5):
    inputs = keras.Input(shape=(n, n, 3))
    x = norm(inputs)
    weights = tf.range(3, dtype=tf.float32)
    x = layers.Conv2D(4, 3)(x * weights)
    x = x + tf.reshape(tf.range(4.0), (1, 1, 1, 4))
    ones = tf.ones((4,)) * 2.0
    return keras.Model(inputs, tf.reduce_mean(x * ones, axis=-1))


model = build()
