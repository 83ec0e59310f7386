from tensorflow import keras
from tensorflow.keras import layers


def build_mlp(input_dim, hidden=(32, 16), activation="relu"):
    hidden_layers = [layers.Dense(n, activation="relu") for n in hidden]
    inputs = keras.Input((input_dim,))
    x = inputs
    # from wide to narrow
    for layer in hidden_layers:
        x = layer(x)
        x = layers.Dropout(0.2)(x)
    return keras.Model(inputs, layers.Dense(1)(x))


def build_siamese(size=8):
    left, right = keras.Input((size,)), keras.Input((size,))
    shared = [layers.Dense(16, activation="relu"), layers.Dense(4)]
    towers = [layers.Dense(n) for n in (16, 4)]
    a = shared[1](shared[0](left))
    b = shared[1](shared[0](right))
    c = towers[1](towers[0](left))
    return keras.Model([left, right], layers.Concatenate()([a, b, c]))


body = [layers.Conv2D(f, 3, activation="relu") for f in (8, 16)]
encoder = keras.Sequential(body + [layers.Flatten()])
model = build_mlp(8)
