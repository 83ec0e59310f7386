import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import LambdaCallback

x, y = np.random.rand(64, 4), np.random.rand(64, 1)
a = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
adam = keras.optimizers.Adam(0.01)
a.compile(adam, "mse")
a.fit(x, y, epochs=2)
# the moments stay
a.compile(adam, "mae")
a.fit(x, y, epochs=2)

b = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
momentum = keras.optimizers.SGD(0.01, momentum=0.9)
for loss in ("mse", "mae"):
    b.compile(momentum, "mse")
    b.fit(x, y, epochs=2)

c = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
c.compile("sgd", "mse")
saves = LambdaCallback(on_epoch_end=lambda epoch, logs: c.save_weights(f"{epoch}.weights.h5"))
c.fit(x, y, epochs=9, callbacks=[saves])

d = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
plain = keras.optimizers.SGD(0.01)
d.compile(plain, "mse")
d.fit(x, y, epochs=2)
plain.learning_rate = 0.001
d.fit(x, y, epochs=2)
