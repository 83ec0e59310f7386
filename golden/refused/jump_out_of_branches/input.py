import keras
from keras import layers


def deep(n=8, units=(16, 8, 4), norm=True):
    x = inputs = keras.Input((n,))
    for u in units:
        if norm:
            if u < 8:
                continue
            x = layers.LayerNormalization()(x)
        x = layers.Dense(u)(x)
    return keras.Model(inputs, x)
