"""Arguments that many layers share come from small functions."""

from tensorflow import keras
from tensorflow.keras import layers


def conv_params(**overrides):
    params = {"kernel_size": 3, "padding": "same", "use_bias": False}
    params.update(overrides)
    return params


def bn_params():
    return dict(epsilon=2e-5, momentum=0.9)


def build_encoder(input_shape, widths, batch_norm=True):
    inputs = keras.Input(input_shape)
    x = layers.Conv2D(widths[0], **conv_params(use_bias=not batch_norm))(inputs)
    for width in widths:
        x = layers.Conv2D(width, strides=2, **conv_params())(x)
        if batch_norm:
            x = layers.BatchNormalization(**bn_params())(x)
        x = layers.ReLU()(x)
    x = layers.GlobalMaxPooling2D()(x)
    return keras.Model(inputs, x)


encoder = build_encoder((32, 32, 3), (8, 16))
