import os

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from tensorflow.keras.layers import Dense, Flatten, Input
from tensorflow.keras.models import Model
from tensorflow.keras.optimizers import SGD
from tensorflow.keras.preprocessing.image import ImageDataGenerator


def prepare(image):
    # the darker half counts less
    image[image < 64] *= 0.5
    return image


def save_digits(folder, count=300):
    digits = load_digits()
    for i in range(count):
        name = ["zero", "one", "two"][digits.target[i] % 3]
        os.makedirs(os.path.join(folder, name), exist_ok=True)
        pixels = (digits.images[i] * 15).astype(np.uint8)
        Image.fromarray(pixels).save(os.path.join(folder, name, str(i) + ".bmp"))


def make_model(classes):
    inputs = Input(shape=(10, 10, 1))
    x = Flatten()(inputs)
    x = Dense(16, activation="tanh")(x)
    return Model(inputs, Dense(classes, activation="softmax")(x))


save_digits("all")
datagen = ImageDataGenerator(
    preprocessing_function=prepare, rescale=1 / 256, validation_split=0.25
)
train_gen = datagen.flow_from_directory(
    "all",
    target_size=(10, 10),
    color_mode="grayscale",
    batch_size=20,
    subset="training",
    seed=7,
)
val_gen = datagen.flow_from_directory(
    "all", (10, 10), "grayscale", batch_size=20, subset="validation", shuffle=False
)
print(train_gen.samples, "images of", train_gen.num_classes, "classes")

model = make_model(train_gen.num_classes)
model.compile(SGD(0.1), "categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    train_gen,
    epochs=3,
    steps_per_epoch=len(train_gen),
    validation_data=val_gen,
    validation_steps=len(val_gen),
)
predictions = model.predict(val_gen)
correct = np.argmax(predictions, axis=1) == val_gen.classes
print("accuracy:", correct.mean())
names = {number: name for name, number in val_gen.class_indices.items()}
print(names[int(predictions[0].argmax())])
