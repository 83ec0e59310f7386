import pathlib

import numpy as np
import tensorflow as tf
from PIL import Image
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

IMG_SIZE = (6, 8)
digits = load_digits()
data_dir = pathlib.Path("odd_and_even")
for number, (image, target) in enumerate(zip(digits.images[:60], digits.target)):
    folder = data_dir / ("odd" if target % 2 else "even")
    folder.mkdir(parents=True, exist_ok=True)
    pixels = np.kron(image, np.ones((2 + number % 2, 2))) * 15
    Image.fromarray(pixels.astype("uint8")).convert("RGB").save(folder / f"{number}.png")

# the classes in another order than that of their names
train_ds = keras.utils.image_dataset_from_directory(
    data_dir,
    label_mode="binary",
    class_names=["odd", "even"],
    image_size=IMG_SIZE,
    batch_size=10,
    shuffle=False,
    crop_to_aspect_ratio=True,
)
print(train_ds.class_names)

single_ds = keras.utils.image_dataset_from_directory(
    data_dir, image_size=IMG_SIZE, batch_size=None, shuffle=False
)
names = single_ds.class_names
scaled_ds = single_ds.map(lambda image, label: (image / 255.0, label)).batch(15)
count = sum(len(labels) for _, labels in scaled_ds)

unlabeled = []
for size in (8, 10):
    images = keras.utils.image_dataset_from_directory(
        data_dir, label_mode=None, image_size=(size, size), shuffle=False
    )
    unlabeled.append(sum(len(batch) for batch in images))

model = keras.Sequential(
    [
        layers.Rescaling(1.0 / 255, input_shape=IMG_SIZE + (3,)),
        layers.Conv2D(4, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(train_ds, epochs=2, verbose=0)
