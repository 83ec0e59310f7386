"""A block for whichever Keras its caller brings."""

from keras_toolbox import submodules

layers, models = submodules()


# TODO(tf2torch) T2T104: `layers.Conv2D` is left as it is: what `layers` stands for is not known
def conv_block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same")(x)
    return layers.Activation("relu")(x)
