import numpy as np
from sklearn.datasets import load_diabetes
from tensorflow import keras

x, y = load_diabetes(return_X_y=True)
y = y / 100.0
model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
history = model.fit(x, y, epochs=2, validation_split=0.2)
# go on where it stopped
more = model.fit(x, y, initial_epoch=2, epochs=6, validation_split=0.2, validation_freq=2, verbose=2)
print(more.epoch, more.history["val_loss"])
scores = model.evaluate(x, y, return_dict=True)
print(scores["mae"])
last = model.fit(x, y, batch_size=64, epochs=8, initial_epoch=history.epoch[-1] + len(more.epoch), verbose=0)
