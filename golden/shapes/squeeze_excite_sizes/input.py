from tensorflow.keras import Input, Model, layers
from tensorflow.keras import backend as K


def se_dense(x, ratio=4):
    """The squeeze in Dense layers, the size from K.int_shape."""
    channels = K.int_shape(x)[-1]
    se = layers.GlobalAveragePooling2D()(x)
    se = layers.Reshape((1, 1, channels))(se)
    se = layers.Dense(channels // ratio, activation="relu", use_bias=False)(se)
    se = layers.Dense(channels, activation="sigmoid", use_bias=False)(se)
    return layers.multiply([x, se])


def se_convolutions(x, ratio=4):
    """The same in convolutions, the size from the shape."""
    filters = x.shape[-1]
    se = layers.GlobalAveragePooling2D()(x)
    se = layers.Reshape((1, 1, filters))(se)
    se = layers.Conv2D(filters // ratio, 1, activation="swish")(se)
    se = layers.Conv2D(filters, 1, activation="sigmoid")(se)
    return layers.Multiply()([se, x])


def build(shape=(16, 16, 3), width=8):
    inputs = Input(shape)
    x = layers.Conv2D(width, 3, padding="same")(inputs)
    x = se_dense(x)
    x = layers.MaxPooling2D(2)(x)
    x = se_convolutions(x, ratio=2)
    return Model(inputs, layers.GlobalAveragePooling2D()(x))
