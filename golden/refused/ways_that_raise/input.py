from tensorflow import keras
from tensorflow.keras import layers


def block(x, filters, kind="plain"):
    if kind == "plain":
        x = layers.Conv2D(filters, 3, padding="same")(x)
    elif kind == "odd":
        with open("weights") as file:
            x = layers.Conv2D(int(file.read()), 3)(x)
    else:
        x = layers.Conv2D(filters, 1)(x)
    return layers.ReLU()(x)


def build(shape=(8, 8, 3), backbone=None, widths=(4, 8)):
    inputs = keras.Input(shape)
    if backbone is None:
        x = inputs
        for width in widths:
            x = block(x, width)
    else:
        # a pretrained one
        base = backbone(inputs)
        x = base.get_layer("last").output
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(2)(x))


def both(shape=(8,), kind=""):
    inputs = keras.Input(shape)
    if kind == "a":
        x = unknown(inputs)
    else:
        x = other(inputs)
    return keras.Model(inputs, layers.Dense(2)(x))
