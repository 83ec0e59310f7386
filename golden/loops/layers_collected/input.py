from tensorflow import keras
from tensorflow.keras import layers


def build(sizes=(8, 16), n=4):
    inputs = keras.Input(shape=(n,))
    layers_ = []
    for size in sizes:
        layers_.append(layers.Dense(size, activation="relu"))
    layers_.append(layers.Dropout(0.5))
    x = inputs
    for layer in layers_:
        x = layer(x)
    return keras.Model(inputs, x)
