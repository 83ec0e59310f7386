import numpy as np
import tensorflow as tf
from tensorflow import keras

x = np.random.rand(100, 6)
y = np.random.randint(0, 2, (100, 1))
# TODO(tf2torch) T2T103: `keras.metrics.BinaryAccuracy` is left as it is: `BASE` is used in line 8 in a way that is not translated
BASE = [keras.metrics.BinaryAccuracy(name="accuracy")]
# TODO(tf2torch) T2T103: `keras.metrics.AUC` is left as it is: `METRICS` is used in line 11 in a way that is not translated
METRICS = BASE + [keras.metrics.AUC(name="auc")]


# TODO(tf2torch) T2T104: `make_model` is left as it is: its calls need different classes
def make_model(units, metrics=METRICS):
    model = keras.Sequential(
        [
            keras.layers.Dense(units, activation="relu", input_shape=(6,)),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    # TODO(tf2torch) T2T101: `model.compile` is left as it is: which model that is, is not known
    model.compile("sgd", "binary_crossentropy", metrics=["mse"] + metrics)
    return model


# TODO(tf2torch) T2T104: `make_model`: its calls need different classes
model = make_model(3)
history = model.fit(x, y, verbose=0)
# TODO(tf2torch) T2T104: `make_model`: its calls need different classes
other = make_model(4, [keras.metrics.Precision(name="p"), *BASE])
h = other.fit(x, y, verbose=0)
# TODO(tf2torch) T2T104: `make_model`: its calls need different classes
third = make_model(4, metrics=["mae"])
h3 = third.fit(x, y, verbose=0)
