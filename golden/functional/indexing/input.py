from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input((10, 6))
first = inputs[:, 0]
last = inputs[:, -1, :]
middle = layers.Dense(6)(inputs[:, 3:7])
middle = layers.Flatten()(middle[..., ::2])
x = layers.concatenate([first, last, middle])
model = keras.Model(inputs, layers.Dense(2)(x))
