import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping
from tensorflow.keras.utils import *

x, y = np.random.rand(64, 4), np.random.rand(64)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
stopping = EarlyStopping(monitor="loss", patience=2)
history = model.fit(x, y, epochs=20, callbacks=[stopping])
settings = history.params
stopped = stopping.stopped_epoch
best = stopping.best
