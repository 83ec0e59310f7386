"""Features that a switch adds, by functions that know nothing of Keras."""

import numpy as np
from sklearn.datasets import load_iris
from tensorflow import keras
from tensorflow.keras import layers

DEGREE = 1
SCALE = True


def powers(x, degree):
    """The features, and their powers."""
    return np.concatenate([x**n for n in range(1, degree + 1)], axis=1)


def scaled(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


x, y = load_iris(return_X_y=True)
if DEGREE > 1:
    print(f"adding powers up to {DEGREE}")
    # x², x³ …
    x = powers(x, DEGREE)
if SCALE:
    x = scaled(x)
else:
    print("features as they are")

model = keras.Sequential()
model.add(layers.Dense(8, activation="tanh", input_shape=(4,)))
model.add(layers.Dense(3, activation="softmax"))
model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, verbose=0)
print(history.history["accuracy"])
