"""Settings and letters come from files, and the history goes into one."""

import json
import os
import pickle
import tempfile

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

folder = tempfile.mkdtemp()
with open(os.path.join(folder, "config.json"), "w") as file:
    json.dump({"units": 6, "depth": 2, "rate": 0.5, "epochs": 3}, file)
with open(os.path.join(folder, "text.txt"), "w") as file:
    file.write("the quick brown fox jumps over the lazy dog and on " * 4)

with open(os.path.join(folder, "config.json")) as file:
    config = json.load(file)
with open(os.path.join(folder, "text.txt"), encoding="utf-8") as file:
    text = file.read().lower()

letters = sorted(set(text))
places = {letter: number for number, letter in enumerate(letters)}
length = 5
x = np.zeros((len(text) - length, length * len(letters)))
y = np.zeros(len(text) - length, dtype="int64")
for start in range(len(text) - length):
    for offset, letter in enumerate(text[start : start + length]):
        x[start, offset * len(letters) + places[letter]] = 1.0
    y[start] = places[text[start + length]]


def build_model():
    model = keras.Sequential([keras.Input((length * len(letters),))])
    for _ in range(config["depth"]):
        model.add(layers.Dense(config["units"], activation="tanh"))
    model.add(layers.Dense(len(letters), activation="softmax"))
    return model


def train(model, path):
    optimizer = keras.optimizers.SGD(config["rate"])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=config["epochs"], verbose=0)
    with open(path, "wb") as file:
        pickle.dump(history.history, file)
    return history.history["accuracy"]


model = build_model()
accuracies = train(model, os.path.join(folder, "history.pkl"))
with open(os.path.join(folder, "history.pkl"), "rb") as file:
    losses = np.array(pickle.load(file)["loss"])
print(losses, accuracies)
