import json

import numpy as np
from sklearn.datasets import load_wine
from tensorflow import keras

CONFIG = {
    "hidden": 24,
    "activation": "relu",
    "optimizer": {"learning_rate": 0.05, "momentum": 0.9},
    "epochs": 3,
    "batch_size": 20,
}


def load_data():
    x, y = load_wine(return_X_y=True)
    x = (x - x.min(0)) / (x.max(0) - x.min(0))
    return x.astype(np.float32), keras.utils.to_categorical(y, 3)


def build(config):
    model = keras.Sequential(name="wine_classifier")
    model.add(keras.layers.Input(shape=(13,)))
    model.add(keras.layers.Dense(config["hidden"], activation="relu"))
    model.add(keras.layers.Dense(3, activation="softmax"))
    return model


def train(config):
    x, y = load_data()
    model = build(config)
    model.compile(
        optimizer=keras.optimizers.SGD(**CONFIG["optimizer"]),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
        metrics=[keras.metrics.CategoricalAccuracy(name="acc")],
    )
    history = model.fit(
        x, y, batch_size=config["batch_size"], epochs=config["epochs"], verbose=0
    )
    return model, {k: [float(v) for v in vs] for k, vs in history.history.items()}


if __name__ == "__main__":
    model, log = train(CONFIG)
    print(json.dumps(log, indent=2))
    final = log["loss"][-1]
