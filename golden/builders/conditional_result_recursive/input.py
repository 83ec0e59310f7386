import keras
from keras import layers


def tower(x, height):
    # the last floor is the input itself
    return x if height == 0 else tower(layers.Dense(4 * height, activation="relu")(x), height - 1)


def build(height=3):
    inputs = keras.Input((5,))
    return keras.Model(inputs, tower(inputs, height))
