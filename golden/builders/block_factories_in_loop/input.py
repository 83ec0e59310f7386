import tensorflow as tf
from tensorflow.keras import layers


def dense_bn(units, rate=0.0):
    def f(x):
        x = layers.Dense(units, use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        return layers.Dropout(rate)(layers.ReLU()(x))

    return f


def conv_bn(filters, strides=1):
    width = max(filters, 8)

    def f(x):
        x = layers.Conv2D(width, 3, strides=strides, padding="same", use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization()(x))

    return f


def up_block(filters):
    """Doubles the size and merges what comes from the encoder."""
    if filters < 1:
        raise ValueError("no filters")

    def wrapper(tensor, skip):
        # nearest neighbours
        y = layers.UpSampling2D()(tensor)
        y = layers.Concatenate()([y, skip])
        return conv_bn(filters)(y)

    return wrapper


def build_unet(input_shape=(32, 32, 3), filters=(8, 16, 32), classes=2):
    inputs = tf.keras.Input(input_shape)
    x = inputs
    skips = []
    for level, f in enumerate(filters):
        block = conv_bn(f, strides=1 if level == 0 else 2)
        x = block(x)
        # twice in the second half
        if level > 0:
            x = conv_bn(f)(x)
        skips.append(x)
    x = skips.pop()
    for f in reversed(filters[:-1]):
        skip = skips.pop()
        x = up_block(f)(x, skip)
    return tf.keras.Model(inputs, layers.Conv2D(classes, 1)(x))


def build_mlp(features=8, widths=(16, 16), rate=0.1):
    inputs = tf.keras.Input((features,))
    blocks = [dense_bn(width, rate) for width in widths]
    x = inputs
    for block in blocks:
        x = block(x)
    for block in (dense_bn(8), dense_bn(4, rate=rate)):
        x = block(x)
    head = dense_bn(2)
    return tf.keras.Model(inputs, [head(x), head(x)])
