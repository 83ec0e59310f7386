import numpy as np
import tensorflow as tf
from tensorflow import keras

x = np.random.rand(100, 6)
y = np.random.randint(0, 2, (100, 1))
BASE = [keras.metrics.BinaryAccuracy(name="accuracy")]
METRICS = BASE + [keras.metrics.AUC(name="auc")]


def make_model(units, metrics=METRICS):
    model = keras.Sequential(
        [
            keras.layers.Dense(units, activation="relu", input_shape=(6,)),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("sgd", "binary_crossentropy", metrics=["mse"] + metrics)
    return model


model = make_model(3)
history = model.fit(x, y, verbose=0)
other = make_model(4, [keras.metrics.Precision(name="p"), *BASE])
h = other.fit(x, y, verbose=0)
third = make_model(4, metrics=["mae"])
h3 = third.fit(x, y, verbose=0)
