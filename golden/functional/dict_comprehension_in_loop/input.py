from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input((20,))
x = inputs
hidden = [layers.Dense(n, activation="relu") for n in (32, 16)]
for layer in hidden:
    x = layer(x)
outputs = {name: layers.Dense(n)(x) for name, n in [("a", 1), ("b", 2)]}
model = keras.Model(inputs, outputs)
