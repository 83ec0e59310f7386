import glob
import os

import numpy as np
import tensorflow as tf
from PIL import Image
from sklearn.datasets import load_digits
from tensorflow import keras

IMG_SIZE = 4
BATCH_SIZE = 25
FLIPPED = True
AUTOTUNE = tf.data.AUTOTUNE

digits = load_digits()
os.makedirs("images", exist_ok=True)
for i, pixels in enumerate(digits.images[:300]):
    Image.fromarray((pixels * 15).astype("uint8")).save(f"images/{i:04d}.png")

paths = sorted(glob.glob("images/*.png"))
labels = digits.target[: len(paths)]


def load_image(path):
    image = tf.io.read_file(path)
    image = tf.image.decode_png(image, channels=3)
    image = tf.image.resize(image, [IMG_SIZE, IMG_SIZE])
    # pixels between 0 and 1
    return tf.cast(image, tf.float32) / 255.0


def process(path, label):
    return load_image(path), tf.one_hot(label, 10)


def augment(image, label):
    if FLIPPED:
        image = tf.image.flip_left_right(image)
    return image, label


train_ds = tf.data.Dataset.from_tensor_slices((paths[:200], labels[:200]))
train_ds = train_ds.shuffle(200).map(process, num_parallel_calls=AUTOTUNE)
train_ds = train_ds.map(augment).batch(BATCH_SIZE).prefetch(AUTOTUNE)
val_ds = (
    tf.data.Dataset.from_tensor_slices((paths[200:], labels[200:]))
    .map(process)
    .batch(BATCH_SIZE)
)

model = keras.Sequential(
    [
        keras.layers.Input((IMG_SIZE, IMG_SIZE, 3)),
        keras.layers.Flatten(),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.SGD(0.5),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(train_ds, epochs=3, validation_data=val_ds)
best = max(history.history["val_accuracy"])
print(best)
