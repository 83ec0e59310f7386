"""An hourglass: each level holds the next one."""

from tensorflow import keras
from tensorflow.keras import layers


def bottleneck(x, filters):
    y = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return layers.add([x, y])


def hourglass(x, depth, filters):
    up = bottleneck(x, filters)
    low = layers.MaxPooling2D()(x)
    low = bottleneck(low, filters)
    if depth > 1:
        low = hourglass(low, depth - 1, filters)
    else:
        low = bottleneck(low, filters)
    low = layers.UpSampling2D()(low)
    return layers.add([up, low])


image = keras.Input((32, 32, 3))
x = layers.Conv2D(8, 3, padding="same")(image)
x = hourglass(x, 3, 8)
model = keras.Model(image, layers.Conv2D(4, 1)(x))
