"""Files of weights: names that are filled in, that are asked for, and that variables hold."""

import os
import tempfile

import numpy as np
from sklearn.datasets import load_breast_cancer
from tensorflow import keras
from tensorflow.keras.callbacks import *

x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
os.chdir(tempfile.mkdtemp())

model = keras.Sequential([
    keras.layers.Dense(16, activation="relu", input_shape=(30,)),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="binary_crossentropy")

# a file for each epoch, by its number and by its loss
path = "cp-{epoch:04d}.weights.h5"
model.save_weights(path.format(epoch=0))
by_number = ModelCheckpoint(filepath=path, save_weights_only=True)
by_loss = ModelCheckpoint("{epoch:02d}-{val_loss:.2f}.keras")
model.fit(x, y, epochs=3, batch_size=64, validation_split=0.2, verbose=0,
          callbacks=[by_number, by_loss, CSVLogger("losses.csv")])
model.load_weights(path.format(epoch=2))
second = model.predict(x[:5], verbose=0)

for _ in range(2):
    if os.path.exists("last.weights.h5"):
        model.load_weights("last.weights.h5")
    model.fit(x, y, epochs=1, batch_size=64, verbose=0)
    model.save_weights("last.weights.h5")

import csv

with open("losses.csv") as file:
    losses = [float(row["val_loss"]) for row in csv.DictReader(file)]
best = np.argmin(losses)
