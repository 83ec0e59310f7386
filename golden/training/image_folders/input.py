"""Shapes of leaves? No: digits, in a folder for each of them."""
import pathlib

import numpy as np
import tensorflow as tf
from PIL import Image
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

IMG_SIZE = (8, 8)
BATCH_SIZE = 32
AUTOTUNE = tf.data.AUTOTUNE

digits = load_digits()
data_dir = pathlib.Path("digits")
for number, (image, target) in enumerate(zip(digits.images[:400], digits.target)):
    folder = data_dir / f"digit_{target}"
    folder.mkdir(parents=True, exist_ok=True)
    pixels = np.kron(image, np.ones((2, 2))) * 15
    Image.fromarray(pixels.astype("uint8")).convert("RGB").save(
        folder / f"{number}.png"
    )

train_ds = keras.utils.image_dataset_from_directory(
    data_dir,
    validation_split=0.2,
    subset="training",
    seed=123,
    image_size=IMG_SIZE,
    batch_size=BATCH_SIZE,
)
val_ds = keras.utils.image_dataset_from_directory(
    data_dir,
    validation_split=0.2,
    subset="validation",
    seed=123,
    image_size=IMG_SIZE,
    batch_size=BATCH_SIZE,
)
class_names = train_ds.class_names
num_classes = len(class_names)
print(class_names)

for image_batch, labels_batch in train_ds.take(1):
    print(image_batch.shape)
    print(labels_batch.shape)

train_ds = train_ds.prefetch(buffer_size=AUTOTUNE)
val_ds = val_ds.cache().prefetch(buffer_size=AUTOTUNE)

model = keras.Sequential(
    [
        layers.Rescaling(1.0 / 255, input_shape=(8, 8, 3)),
        layers.Conv2D(8, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(num_classes),
    ]
)
model.compile(
    optimizer="sgd",
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(train_ds, validation_data=val_ds, epochs=3)
loss, accuracy = model.evaluate(val_ds)
print("validation accuracy:", accuracy)
