import keras
from keras import layers

SIZES = (32, 16, 8, 4)

inputs = keras.Input((8,))
x = inputs
for units in SIZES:
    if units < 8:
        break
    x = layers.Dense(units, activation="relu")(x)
model = keras.Model(inputs, layers.Dense(1)(x))

for number, units in enumerate(SIZES):
    if units < 8:
        continue
    print(number, units)
