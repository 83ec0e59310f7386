"""Blocks that pass on whatever their layer takes."""

from tensorflow.keras import Input, Model, layers


def conv(x, filters, size=3, **kwargs):
    return layers.Conv2D(filters, size, padding="same", **kwargs)(x)


def conv_bn(x, filters, momentum=0.9, **kwargs):
    x = conv(x, filters, use_bias=False, **kwargs)
    x = layers.BatchNormalization(momentum=momentum)(x)
    return layers.ReLU()(x)


inputs = Input((16, 16, 3))
x = conv(inputs, 8, activation="relu")
x = conv_bn(x, 16, strides=2)
x = conv_bn(x, 16, size=5, dilation_rate=2)
x = layers.GlobalAveragePooling2D()(x)
model = Model(inputs, layers.Dense(3)(x))
