from tensorflow import keras
from tensorflow.keras import layers


# TODO(tf2torch) T2T104: `build_tail` is left as it is: an input of the model is not an Input
def build_tail():
    """A model that starts from what a layer gives."""
    inputs = keras.Input((8,))
    inputs = layers.Dense(4)(inputs)
    outputs = layers.Dense(2)(inputs)
    return keras.Model(inputs, outputs)


# TODO(tf2torch) T2T104: `build_positive` is left as it is: an input of the model is not an Input
def build_positive(inputs):
    x = layers.ReLU()(inputs)
    return keras.Model(x, layers.Dense(2)(x))
