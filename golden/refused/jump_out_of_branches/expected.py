import keras
from keras import layers


# TODO(tf2torch) T2T104: `deep` is left as it is: a `break` or `continue` inside of several branches
def deep(n=8, units=(16, 8, 4), norm=True):
    x = inputs = keras.Input((n,))
    for u in units:
        if norm:
            if u < 8:
                continue
            x = layers.LayerNormalization()(x)
        x = layers.Dense(u)(x)
    return keras.Model(inputs, x)
