import keras
from keras import layers


class Scorer:
    WIDTHS = [16, 8]
    DEEP = True

    # one network for all instances
    network = keras.Sequential()
    network.add(keras.Input((6,)))
    for width in WIDTHS:
        network.add(layers.Dense(width, activation="relu"))
    if DEEP:
        network.add(layers.Dense(4, activation="relu"))
    network.add(layers.Dense(1))

    def describe(self):
        return f"{len(self.WIDTHS)} layers"
