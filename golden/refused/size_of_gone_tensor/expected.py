from tensorflow import keras
from tensorflow.keras import layers


# TODO(tf2torch) T2T104: `features` is left as it is: `count = x.shape[1] * x.shape[2]` reads what only the model computes
def features(shape, widths):
    inputs = keras.Input(shape)
    x = inputs
    for width in widths:
        x = layers.Conv1D(width, 3, strides=2)(x)
    count = x.shape[1] * x.shape[2]
    x = layers.Flatten()(x)
    return keras.Model(inputs, x), count


base, count = features((40, 4), (8, 6))


# TODO(tf2torch) T2T104: `stem` is left as it is: `channels = x.shape[-1]` reads what only the model computes
def stem(shape=(8, 8, 2), extra=True):
    inputs = keras.Input(shape)
    x = layers.Conv2D(4, 3)(inputs)
    if extra:
        x = layers.Conv2D(6, 3)(x)
    channels = x.shape[-1]
    return keras.Model(inputs, x), channels
