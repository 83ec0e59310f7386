import numpy as np
from tensorflow import keras

x, y = np.random.rand(64, 4), np.random.rand(64, 1)
a = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
a.compile("sgd", "mse")
history = a.fit(x, y, epochs=2)

optimizer = keras.optimizers.SGD(0.01)
if history.history["loss"][-1] > 1:
    optimizer = keras.optimizers.Adam(0.01)
b = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
b.compile(optimizer, "mse")
b.fit(x, y, epochs=2)
