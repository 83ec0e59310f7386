import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

digits = load_digits()
images = (digits.images * 15).astype("uint8")
labels = digits.target


def standardize(images, low=0):
    """From 0 to 1; whole numbers would overflow."""
    images = tf.cast(images, tf.float32) * 17 - low
    return images / 4080.0


parts = []
for start in (0, 500):
    part = standardize(images[start : start + 500])
    parts.append(part.numpy())
x = np.concatenate(parts).reshape(-1, 64)
y = tf.cast(labels[:1000], tf.int32)
# sums of bytes
total = (tf.cast(images, tf.int64) * 200).numpy().sum()

model = tf.keras.Sequential(
    [tf.keras.layers.Dense(10, activation="softmax", input_shape=(64,))]
)
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2, verbose=0)
