"""Segmentation of images: which pixels are bright."""
import os

import numpy as np
import tensorflow as tf
from PIL import Image
from tensorflow.keras import layers

WIDTH = 8

rng = np.random.default_rng(0)
for folder in ("photos", "masks"):
    os.makedirs(folder, exist_ok=True)
for i in range(24):
    pixels = rng.integers(0, 255, (16, 16, 3), dtype="uint8")
    Image.fromarray(pixels).save(f"photos/{i:03d}.png")
    mask = (pixels.mean(axis=-1) > 127).astype("uint8") * 255
    Image.fromarray(mask).save(f"masks/{i:03d}.png")


def read_photo(path):
    photo = tf.io.decode_png(tf.io.read_file(path), channels=3)
    photo = tf.image.crop_to_bounding_box(photo, 2, 4, WIDTH, WIDTH)
    return tf.cast(photo, tf.float32) / 255.0


def read_mask(path):
    mask = tf.io.decode_png(tf.io.read_file(path), channels=1)
    mask = tf.image.crop_to_bounding_box(mask, 2, 4, WIDTH, WIDTH)
    return tf.cast(mask, tf.float32) / 255.0


photos = tf.data.Dataset.list_files("photos/*.png", shuffle=False).map(read_photo)
masks = tf.data.Dataset.list_files("masks/*.png", shuffle=False).map(read_mask)
ds = tf.data.Dataset.zip((photos, masks))
train_ds = ds.take(16).repeat(2).batch(4)
test_ds = ds.skip(16).batch(4)

inputs = tf.keras.Input((WIDTH, WIDTH, 3))
x = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
outputs = layers.Conv2D(1, 1, activation="sigmoid")(x)
model = tf.keras.Model(inputs, outputs)
model.compile("sgd", loss="binary_crossentropy")
history = model.fit(train_ds, epochs=3)
loss = model.evaluate(test_ds)
print(loss)
