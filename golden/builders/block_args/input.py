"""ResNet for small images."""

from tensorflow.keras import layers
from tensorflow.keras.models import Model


def conv_bn_relu(x, filters, kernel_size=3, strides=1, activation=True):
    x = layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )(x)
    x = layers.BatchNormalization()(x)
    if activation:
        x = layers.ReLU()(x)
    return x


def residual_block(x, filters, downsample=False):
    """Two convolutions and a shortcut."""
    strides = 2 if downsample else 1
    shortcut = x
    x = conv_bn_relu(x, filters, strides=strides)
    x = conv_bn_relu(x, filters, activation=False)
    if downsample or shortcut.shape[-1] != filters:
        # The shortcut has to have the same shape
        shortcut = conv_bn_relu(
            shortcut, filters, kernel_size=1, strides=strides, activation=False
        )
    x = layers.Add()([x, shortcut])
    return layers.ReLU()(x)


def create_res_net(input_shape=(32, 32, 3), num_blocks=(2, 2), num_filters=16):
    inputs = layers.Input(shape=input_shape)
    t = conv_bn_relu(inputs, num_filters)
    for i, blocks in enumerate(num_blocks):
        for j in range(blocks):
            t = residual_block(t, num_filters, downsample=(j == 0 and i != 0))
        num_filters *= 2
    t = layers.GlobalAveragePooling2D()(t)
    outputs = layers.Dense(10, activation="softmax")(t)
    return Model(inputs, outputs)


model = create_res_net()
