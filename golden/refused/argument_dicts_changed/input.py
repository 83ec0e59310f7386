from tensorflow import keras
from tensorflow.keras import layers


def updated(deep=True):
    inputs = keras.Input((8, 8, 3))
    options = {"strides": 2} if deep else {}
    options.update(padding="same")
    return keras.Model(inputs, layers.Conv2D(4, 3, **options)(inputs))


def taken_out(deep=True):
    inputs = keras.Input((8, 8, 3))
    options = {"strides": 2, "padding": "same"} if deep else {"padding": "same"}
    options.pop("padding")
    return keras.Model(inputs, layers.Conv2D(4, 3, **options)(inputs))


def changed_by_another_name(deep=True):
    inputs = keras.Input((8, 8, 3))
    options = {"strides": 2, "padding": "same"} if deep else {"padding": "valid"}
    others = options
    others["padding"] = "same"
    return keras.Model(inputs, layers.Conv2D(4, 3, **options)(inputs))


def changed_inside(strides=2):
    options = {"strides": strides}

    def change():
        options["strides"] = 3

    change()
    inputs = keras.Input((8, 8, 3))
    return keras.Model(inputs, layers.Conv2D(4, 3, **options)(inputs))


def changed_value(deep=True, filters=2):
    inputs = keras.Input((8, 8, 3))
    options = {"filters": filters} if deep else {"filters": filters + 1}
    filters = 7
    x = layers.Conv2D(kernel_size=3, **options)(inputs)
    return keras.Model(inputs, layers.Conv2D(filters, 1)(x))
