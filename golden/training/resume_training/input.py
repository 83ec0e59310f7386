import os
import tempfile

import numpy as np
from sklearn.datasets import load_breast_cancer
from tensorflow import keras

x, y = load_breast_cancer(return_X_y=True)
x = ((x - x.mean(0)) / x.std(0)).astype("float32")

model = keras.Sequential([
    keras.layers.Input(shape=(30,)),
    keras.layers.Dense(8, activation="relu"),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.9), loss="binary_crossentropy", metrics=["accuracy"])

first = model.fit(x, y, epochs=2, verbose=0)
second = model.fit(x, y, initial_epoch=2, epochs=5, verbose=0)
all_losses = first.history["loss"] + second.history["loss"]
epochs = first.epoch + second.epoch
print(epochs, all_losses)

folder = tempfile.mkdtemp()
model.save_weights(os.path.join(folder, "final.weights.h5"))
model.load_weights(os.path.join(folder, "final.weights.h5"))
score = model.evaluate(x, y, verbose=0)
