from tensorflow import keras
from tensorflow.keras import layers


def stack(x, blocks):
    for block in blocks:
        x = block(x)
    return x


def build_classifier(input_shape=(28, 28, 1), classes=10):
    features = [
        layers.Conv2D(8, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(16, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
    ]
    head = [layers.Dense(32, activation="relu"), layers.Dense(classes)]
    inputs = keras.Input(input_shape)
    x = stack(inputs, features)
    outputs = stack(x, head)
    return keras.Model(inputs, outputs)


def build_mlp(input_dim, hidden=(32, 16)):
    inputs = keras.Input((input_dim,))
    x = stack(inputs, [layers.Dense(n, activation="relu") for n in hidden])
    return keras.Model(inputs, layers.Dense(1)(x))


model = build_mlp(8)
