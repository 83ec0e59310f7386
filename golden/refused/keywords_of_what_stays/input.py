from tensorflow import keras
from tensorflow.keras import layers


def finish(model, scale=1.0):
    print(scale)
    return model


def build(classes=3, **kwargs):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(classes)(inputs))
    return finish(model, **kwargs)
