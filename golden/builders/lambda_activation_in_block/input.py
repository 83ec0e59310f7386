from tensorflow import keras
from tensorflow.keras import layers


def block(x, filters):
    return layers.Conv1D(
        filters, 2, activation=lambda t: t * keras.activations.sigmoid(t)
    )(x)


def smooth(t1):
    return layers.Conv1D(4, 2, activation=lambda t: t - keras.activations.tanh(t))(t1)


def build_model():
    inputs = keras.Input((9, 3))
    x = block(inputs, 4)
    for _ in range(2):
        x = block(x, 4)
    x = smooth(x)
    return keras.Model(inputs, x)


model = build_model()
