"""Directions that torch's own module can't run together, behind a convolution."""

from tensorflow import keras
from tensorflow.keras import layers

text = keras.Input((12, 6))
x = layers.MaxPooling1D(2)(text)
x = layers.Bidirectional(
    layers.GRU(4, return_sequences=True),
    backward_layer=layers.GRU(4, return_sequences=True, go_backwards=True),
)(x)
x = layers.Bidirectional(layers.LSTM(3, recurrent_dropout=0.1))(x)
model = keras.Model(text, x)
