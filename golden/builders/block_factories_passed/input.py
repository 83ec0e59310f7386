import tensorflow as tf
from tensorflow.keras import layers


def channel_se(reduction=4):
    def layer(tensor):
        channels = tensor.shape[-1]
        s = layers.GlobalAveragePooling2D(keepdims=True)(tensor)
        s = layers.Conv2D(channels // reduction, 1, activation="relu")(s)
        s = layers.Conv2D(channels, 1, activation="sigmoid")(s)
        return tensor * s

    return layer


def residual(filters, stride=1, attention=None):
    def wrapper(x):
        y = layers.Conv2D(filters, 3, strides=stride, padding="same", activation="relu")(x)
        y = layers.Conv2D(filters, 3, padding="same")(y)
        if attention is not None:
            y = attention(y)
        # project where the sizes differ
        if stride != 1 or x.shape[-1] != filters:
            x = layers.Conv2D(filters, 1, strides=stride)(x)
        return layers.ReLU()(layers.add([x, y]))

    return wrapper


def plain(filters, stride=1):
    def wrapper(x):
        return layers.Conv2D(filters, 3, strides=stride, padding="same", activation="relu")(x)

    return wrapper


def build_resnet(input_shape=(32, 32, 3), filters=(8, 16), blocks=2):
    inputs = tf.keras.Input(input_shape)
    x = plain(8)(inputs)
    for f in filters:
        for i in range(blocks):
            x = residual(f, stride=2 if i == 0 else 1)(x)
    return tf.keras.Model(inputs, x)


def build_senet(input_shape=(32, 32, 3)):
    inputs = tf.keras.Input(input_shape)
    se = channel_se(reduction=2)
    x = residual(8, attention=se)(inputs)
    x = residual(8, attention=se)(x)
    x = residual(16, 2, attention=channel_se())(x)
    return tf.keras.Model(inputs, x)


def build_with(block, input_shape=(32, 32, 3)):
    inputs = tf.keras.Input(input_shape)
    x = block(8)(inputs)
    x = block(16, stride=2)(x)
    return tf.keras.Model(inputs, layers.GlobalAveragePooling2D()(x))


deep = build_with(residual)
shallow = build_with(plain)
