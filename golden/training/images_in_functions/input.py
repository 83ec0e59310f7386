import os

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from tensorflow.keras.layers import Dense, Flatten, Input, Rescaling
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD
from tensorflow.keras.preprocessing.image import ImageDataGenerator

SIZE = (8, 8)
AUGMENTATION = dict(rotation_range=15, zoom_range=0.1, fill_mode="nearest")


def save_digits(root):
    digits = load_digits(n_class=4)
    for part, numbers in (("train", range(300)), ("test", range(300, 400))):
        for i in numbers:
            folder = os.path.join(root, part, f"digit_{digits.target[i]}")
            os.makedirs(folder, exist_ok=True)
            pixels = (digits.images[i] * 15).astype("uint8")
            Image.fromarray(pixels).save(os.path.join(folder, f"{i}.png"))


def get_generators(root, batch_size=25):
    """One that changes its images, one that doesn't."""
    train_datagen = ImageDataGenerator(**AUGMENTATION)
    test_datagen = ImageDataGenerator()
    train = train_datagen.flow_from_directory(
        os.path.join(root, "train"), SIZE, class_mode="sparse", batch_size=batch_size
    )
    test = test_datagen.flow_from_directory(
        os.path.join(root, "test"),
        target_size=SIZE,
        class_mode="sparse",
        batch_size=batch_size,
        shuffle=False,
    )
    return train, test


save_digits("digits")
train_generator, test_generator = get_generators("digits")

# a look at what there is
for images, labels in train_generator:
    print(images.shape, labels.shape, images.max())
    break

model = Sequential(
    [
        Input((8, 8, 3)),
        Rescaling(1 / 255),
        Flatten(),
        Dense(12, activation="relu"),
        Dense(4, activation="softmax"),
    ]
)
model.compile(SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train_generator, epochs=3, validation_data=test_generator)

test_generator.reset()
predicted = np.argmax(model.predict(test_generator), axis=-1)
wrong = predicted != test_generator.classes
names = np.array(test_generator.filenames)
for name, number in zip(names[wrong], predicted[wrong]):
    print(name, "looks like", number)
