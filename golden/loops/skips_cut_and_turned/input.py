from tensorflow import keras
from tensorflow.keras import layers


def pyramid(inputs, widths, keep=2):
    skips = []
    x = inputs
    for width in widths:
        x = layers.Dense(width, activation="relu")(x)
        skips.append(x)
    skips = skips[::-1]
    x = skips[0]
    for skip in skips[1:keep]:
        x = layers.Concatenate()([x, skip])
    last = skips[keep:]
    for skip in last:
        x = layers.Concatenate()([skip, x])
    return x


def build(n=4, widths=(4, 6, 8), keep=2):
    inputs = keras.Input((n,))
    x = pyramid(inputs, widths, keep)
    return keras.Model(inputs, layers.Dense(2)(x))
