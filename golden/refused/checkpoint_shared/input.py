import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import LambdaCallback, ModelCheckpoint

x, y = np.random.rand(64, 4), np.random.rand(64, 1)
a = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
a.compile("sgd", "mse")
best = ModelCheckpoint("best.keras", monitor="loss", save_best_only=True)
for _ in range(3):
    # the best of all rounds
    a.fit(x, y, epochs=2, callbacks=[best])

b = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
b.compile("sgd", "mse")
often = ModelCheckpoint("often.keras", save_freq=3)
b.fit(x, y, epochs=2, callbacks=[often])
b.fit(x, y, epochs=2, callbacks=[often])

c = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
c.compile("sgd", "mse")
stops = LambdaCallback(on_epoch_end=lambda epoch, logs: setattr(c, "stop_training", epoch > 1))
c.fit(x, y, epochs=9, callbacks=[stops])
