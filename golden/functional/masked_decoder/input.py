"""Sequence to sequence: the decoder starts from the states of the encoder."""

from tensorflow import keras
from tensorflow.keras import layers

source = keras.Input((None,), name="source")
x = layers.Embedding(20, 6)(source)
_, h, c = layers.LSTM(8, return_state=True)(x)

target = keras.Input((None,), name="target")
y = layers.Embedding(30, 6, mask_zero=True)(target)
y = layers.LSTM(8, return_sequences=True)(y, initial_state=[h, c])
y = layers.Dense(30, activation="softmax")(y)
model = keras.Model([source, target], y)
