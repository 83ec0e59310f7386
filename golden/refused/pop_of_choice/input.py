from tensorflow import keras
from tensorflow.keras import layers


def build(deep=True):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8)])
    model.add(layers.Dense(3) if deep else layers.Dense(2))
    # whichever it was
    model.pop()
    model.add(layers.Dense(5))
    return model
