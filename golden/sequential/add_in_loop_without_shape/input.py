from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential()
for units in [64, 32]:
    model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dropout(0.2))
model.add(layers.Dense(10, activation="softmax"))
