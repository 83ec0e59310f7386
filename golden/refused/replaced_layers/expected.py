from tensorflow import keras
from tensorflow.keras import layers


# TODO(tf2torch) T2T102: `Wide` is a subclass of keras.layers.Dense; it is left as it is
class Wide(layers.Dense):
    pass


# TODO(tf2torch) T2T103: `layers.Dense` is left as it is
layers.Dense = Wide


# TODO(tf2torch) T2T104: `build` is left as it is: `layers.Dense` replaces a part of Keras (line 9)
def build():
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(2)(inputs))
