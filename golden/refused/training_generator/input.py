import numpy as np
from tensorflow import keras


def batches(size):
    while True:
        x = np.random.rand(size, 8)
        yield x, x.sum(axis=1), np.ones(size), size


model = keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse")
history = model.fit(batches(16), steps_per_epoch=10, epochs=3)
