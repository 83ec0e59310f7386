from tensorflow import keras
from tensorflow.keras import layers


def conv_block(x, filters):
    x = layers.Conv2D(filters, 3)(x)
    return layers.ReLU()(x)


BLOCK = conv_block
ALL_BLOCKS = [conv_block]


def build_net(classes=3):
    inputs = keras.Input((8, 8, 3))
    x = BLOCK(inputs, 4)
    return keras.Model(inputs, layers.Flatten()(x))
