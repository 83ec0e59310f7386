"""A name for the input, and a layer that each needs another order of axes."""

from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input((8, 8, 4))
x = layers.Permute((1, 2, 3))(inputs)
y = layers.Softmax()(x)
y = layers.Conv2DTranspose(6, 2, strides=2)(y)
model = keras.Model(inputs, y)
