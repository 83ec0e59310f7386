"""Three models in a script, whose inputs bear the same name."""

from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input((16, 4))
x = layers.Conv1D(8, 3, activation="relu")(inputs)
x = layers.GlobalMaxPooling1D()(x)
conv = keras.Model(inputs, layers.Dense(2)(x))

inputs = keras.Input((16, 4))
x = layers.LSTM(8)(inputs)
recurrent = keras.Model(inputs, layers.Dense(2)(x))

inputs = [keras.Input((4,)), keras.Input((4,))]
x = layers.Subtract()(inputs)
siamese = keras.Model(inputs, layers.Dense(2)(x))
