import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x, y = np.random.rand(50, 6), np.random.rand(50)


def build(units):
    model = keras.Sequential()
    model.add(layers.Dense(units, activation="relu", input_shape=(6,)))
    model.add(layers.BatchNormalization())
    model.add(layers.Dense(1))
    return model


class Experiment:
    def __init__(self, units):
        self.model = build(units)
        self.model.compile("sgd", "mse")

    def train(self, x, y):
        self.model.fit(x, y, epochs=2, verbose=0)


model = build(4)
model.compile("sgd", "mse")
model.fit(x, y, epochs=2, verbose=0)
model.layers[1].trainable = False
model.compile("sgd", "mae")
model.fit(x, y, epochs=2, verbose=0)

experiment = Experiment(8)
experiment.train(x, y)
values = experiment.model(x)
names = experiment.model.metrics_names
