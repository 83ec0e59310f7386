"""Rare classes count more: on data sets and on generators."""

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

x, y = load_digits(return_X_y=True)
x = (x / 16.0).astype("float32")
y = np.minimum(y, 3)
zeros = (y == 0).astype("float32")
counts = np.bincount(y)
class_weight = {i: len(y) / (len(counts) * count) for i, count in enumerate(counts)}

train = tf.data.Dataset.from_tensor_slices((x[:1000], y[:1000])).batch(50)
valid = tf.data.Dataset.from_tensor_slices((x[1000:], y[1000:])).batch(50)
model = keras.Sequential([layers.Input((64,)), layers.Dense(4, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    train, epochs=2, validation_data=valid, class_weight=class_weight, verbose=0
)
print(history.history["val_loss"])


def pairs():
    """Zeros against all others, in batches without end."""
    while True:
        for start in range(0, 1000, 100):
            yield x[start : start + 100], zeros[start : start + 100]


binary = keras.Sequential([layers.Input((64,)), layers.Dense(1, activation="sigmoid")])
binary.compile("sgd", "binary_crossentropy")
for rare in (2.0, 5.0):
    losses = binary.fit(
        pairs(), steps_per_epoch=10, epochs=2, class_weight={0: 1.0, 1: rare}, verbose=0
    )
    print(rare, losses.history["loss"])
score = model.evaluate(valid, verbose=0)
