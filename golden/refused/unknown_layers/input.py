"""A block for whichever Keras its caller brings."""

from keras_toolbox import submodules

layers, models = submodules()


def conv_block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same")(x)
    return layers.Activation("relu")(x)
