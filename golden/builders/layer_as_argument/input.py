from tensorflow import keras
from tensorflow.keras import layers


def apply(x, layer, rate=0.0):
    x = layer(x)
    x = layers.LayerNormalization()(x)
    if rate:
        x = layers.Dropout(rate)(x)
    return x


def residual(x, layer):
    return layers.add([x, layer(x)])


def build(input_dim=16, widths=(32, 16)):
    inputs = keras.Input((input_dim,))
    x = inputs
    for width in widths:
        x = apply(x, layers.Dense(width, activation="relu"), rate=0.1)
    x = residual(x, layers.Dense(widths[-1]))
    head = layers.Dense(4)
    return keras.Model(inputs, apply(x, head))
