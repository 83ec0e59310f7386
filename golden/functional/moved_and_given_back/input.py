from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input((6, 3))
x = layers.Dense(3)(inputs)
y = layers.Conv1D(1, 3)(x)
z = layers.MaxPooling1D(2)(x)
dense = keras.Model(inputs, [x, y, z])

frames = keras.Input((6, 3))
x = layers.GRU(3, return_sequences=True)(frames)
y = layers.Conv1D(1, 3)(x)
recurrent = keras.Model(frames, [x, y])

steps = keras.Input((6, 3))
x, state = layers.GRU(3, return_sequences=True, return_state=True)(steps)
y = layers.Conv1D(1, 3)(x)
z = layers.MaxPooling1D(2)(x)
stateful = keras.Model(steps, [x, y, z, state])
