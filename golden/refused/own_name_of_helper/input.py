import tensorflow as tf
from tensorflow.keras import layers, models


def max_pool2d_same(x):
    return tf.maximum(x, 0.0) * 3


def build(size=None):
    inputs = layers.Input((size, size, 3))
    x = max_pool2d_same(inputs)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return models.Model(inputs, layers.Dense(2)(x))
