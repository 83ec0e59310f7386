from tensorflow import keras
from tensorflow.keras import layers

tokens = keras.Input((6, 12))
x = layers.EinsumDense("...x,xy->...y", output_shape=8, bias_axes="y", activation="tanh")(tokens)
# mixes the steps, a column at a time
y = layers.EinsumDense(
    "abc,bd->adc", (6, 8), bias_axes="d", kernel_initializer=keras.initializers.RandomNormal()
)(x)
x = x + y
x = layers.EinsumDense(
    "abc,cd->abd", output_shape=(None, 5), kernel_initializer="he_normal", name="projection"
)(x)
mixer = keras.Model(tokens, x, name="mixer")
