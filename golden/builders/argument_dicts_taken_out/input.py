from tensorflow import keras
from tensorflow.keras import layers


def build(filters=2, depth=2):
    inputs = keras.Input((8, 8, 3))
    options = {"filters": filters, "padding": "same", "strides": 2}
    # the first one has the filters that were asked for
    filters = 7
    x = layers.Conv2D(kernel_size=3, **options)(inputs)
    options.pop("strides")
    options.pop("filters")
    for _ in range(depth):
        x = layers.Conv2D(filters, 3, **options)(x)
    return keras.Model(inputs, x)
