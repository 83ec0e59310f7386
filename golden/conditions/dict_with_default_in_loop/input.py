from tensorflow import keras
from tensorflow.keras import layers

POOLS = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}


def build(pools=("max", "average", "none"), widths=(4, 6, 8)):
    inputs = keras.Input(shape=(16, 16, 3))
    x = inputs
    for pool, width in zip(pools, widths):
        x = layers.Conv2D(width, 3, padding="same")(x)
        x = POOLS.get(pool, layers.MaxPooling2D)(2)(x)
    return keras.Model(inputs, x)
