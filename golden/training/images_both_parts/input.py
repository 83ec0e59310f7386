import os

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

image_size = (16, 16)
batch_size = 24

digits = load_digits()
for number in range(150):
    name = "even" if digits.target[number] % 2 == 0 else "odd"
    os.makedirs(os.path.join("digits", name), exist_ok=True)
    pixels = (digits.images[number] * 15).astype("uint8")
    Image.fromarray(pixels).save(os.path.join("digits", name, f"{number}.png"))

train_ds, val_ds = keras.utils.image_dataset_from_directory(
    "digits",
    validation_split=0.2,
    subset="both",
    seed=1337,
    color_mode="grayscale",
    image_size=image_size,
    batch_size=batch_size,
)
class_names = train_ds.class_names
print(class_names)
train_ds = train_ds.prefetch(buffer_size=32)
val_ds = val_ds.cache()

inputs = keras.Input(image_size + (1,))
x = layers.Rescaling(1.0 / 255)(inputs)
for filters in (4, 8):
    x = layers.Conv2D(filters, 3, strides=2, activation="relu")(x)
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(1)(x))
model.compile(
    optimizer=keras.optimizers.SGD(0.01),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(name="acc")],
)
history = model.fit(train_ds, epochs=2, validation_data=val_ds, verbose=0)
for images, labels in val_ds.take(1):
    print(images.shape, len(labels))
