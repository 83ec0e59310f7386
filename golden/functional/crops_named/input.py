"""The upper path is cropped to the lower one, and its rows are taken apart."""

import tensorflow as tf
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Add, Conv2D, Softmax, UpSampling2D


def build_model():
    inputs = Input(shape=(None, None, 3), dtype=tf.float32)
    small = Conv2D(4, 3, strides=2, padding="same")(inputs)
    smaller = Conv2D(4, 3, strides=2, padding="same")(small)
    up = UpSampling2D((2, 2))(smaller)

    up_shape = tf.shape(up)
    shape = tf.shape(small)
    offsets = [0, (up_shape[1] - shape[1]) // 2, (up_shape[2] - shape[2]) // 2, 0]
    size = [-1, shape[1], shape[2], -1]
    crop = tf.slice(up, offsets, size, "crop0")
    x = Softmax()(Add()([crop, small]))

    rows = [tf.shape(x)[k] for k in range(4)]
    half = tf.dtypes.cast(rows[1] / 2, dtype=tf.int32)
    above = x[:, 0:half, :, 0]
    below = x[:, half:, :, 0]
    return Model(inputs, [tf.concat([below, above], 1), x])
