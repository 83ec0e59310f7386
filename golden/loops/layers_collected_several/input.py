from tensorflow import keras
from tensorflow.keras import layers


def build(sizes=(8, 16), n=4, rate=0.5):
    inputs = keras.Input(shape=(n,))
    stack = [layers.LayerNormalization()]
    for i, size in enumerate(sizes):
        # one level
        units = size * 2
        stack.append(layers.Dense(units, activation="relu"))
        stack.append(layers.BatchNormalization())
    stack.append(layers.Dropout(rate))
    stack.append(layers.Dense(2))
    x = inputs
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x)


def network(depth=3):
    parts = []
    for _ in range(depth):
        parts.append(layers.Dense(8, activation="tanh"))
    parts.append(layers.Dense(1))
    model = keras.Sequential(parts)
    model.build((None, 5))
    return model


hidden = []
for units in (4, 6):
    hidden.append(layers.Dense(units))
inputs = keras.Input((3,))
x = inputs
for layer in hidden:
    x = layers.ReLU()(layer(x))
model = keras.Model(inputs, x)
