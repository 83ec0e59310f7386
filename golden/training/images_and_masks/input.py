import os
from glob import glob

import numpy as np
import tensorflow as tf
from PIL import Image
from sklearn.datasets import load_digits
from tensorflow.keras import layers

IMAGE_SIZE = 6
BATCH_SIZE = 10

digits = load_digits()
for i, pixels in enumerate(digits.images[:60]):
    for folder, values in (("images", pixels * 15), ("masks", pixels > 8)):
        os.makedirs(folder, exist_ok=True)
        Image.fromarray(values.astype("uint8")).save(f"{folder}/{i:04d}.png")

images = sorted(glob("images/*.png"))
masks = sorted(glob("masks/*.png"))


def read_image(image_path, mask=False):
    image = tf.io.read_file(image_path)
    if mask:
        image = tf.image.decode_png(image, channels=1)
        image.set_shape([None, None, 1])
        size = [IMAGE_SIZE, IMAGE_SIZE]
        image = tf.image.resize(images=image, size=size, method="nearest")
    else:
        image = tf.image.decode_png(image, channels=3)
        image.set_shape([None, None, 3])
        image = tf.image.resize(images=image, size=[IMAGE_SIZE, IMAGE_SIZE])
        image = image / 127.5 - 1
    return image


def load_data(image_path, mask_path):
    image = read_image(image_path)
    mask = read_image(mask_path, mask=True)
    return image, mask


def augment(image, mask):
    # flip both together
    if tf.random.uniform(()) > 0.5:
        image = tf.image.flip_left_right(image)
        mask = tf.image.flip_left_right(mask)
    return image, mask


def data_generator(image_paths, mask_paths, training=False):
    dataset = tf.data.Dataset.from_tensor_slices((image_paths, mask_paths))
    dataset = dataset.map(load_data, num_parallel_calls=tf.data.AUTOTUNE)
    if training:
        dataset = dataset.map(lambda image, mask: augment(image, tf.cast(mask, tf.int32)))
    return dataset.batch(BATCH_SIZE, drop_remainder=True)


augmented = data_generator(images, masks, training=True)
print(next(iter(augmented))[0].shape)
train_dataset = data_generator(images[:40], masks[:40])
val_dataset = data_generator(images[40:], masks[40:])

model = tf.keras.Sequential(
    [
        layers.Conv2D(
            4, 3, padding="same", activation="relu", input_shape=(IMAGE_SIZE, IMAGE_SIZE, 3)
        ),
        layers.Conv2D(2, 1),
    ]
)
model.compile(
    optimizer="sgd",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(train_dataset, validation_data=val_dataset, epochs=2)
