import os

import numpy as np
from PIL import Image
from keras.layers import Activation, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.preprocessing.image import ImageDataGenerator
from sklearn.datasets import load_digits

# dimensions of our images
img_width, img_height = 12, 12
epochs = 3
batch_size = 16


def write_images(folder, images, labels):
    """A folder of even and one of odd digits."""
    for number, (image, label) in enumerate(zip(images, labels)):
        target = os.path.join(folder, "odd" if label % 2 else "even")
        os.makedirs(target, exist_ok=True)
        pixels = np.repeat((image * 15).astype("uint8")[..., None], 3, axis=-1)
        Image.fromarray(pixels).save(os.path.join(target, f"{number:04d}.png"))


digits = load_digits()
write_images("data/train", digits.images[:160], digits.target[:160])
write_images("data/validation", digits.images[160:220], digits.target[160:220])

model = Sequential()
model.add(Conv2D(8, (3, 3), input_shape=(img_width, img_height, 3)))
model.add(Activation('relu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(16))
model.add(Activation('relu'))
model.add(Dropout(0.5))
model.add(Dense(1))
model.add(Activation('sigmoid'))

model.compile(loss='binary_crossentropy', optimizer='sgd', metrics=['accuracy'])

# this is the augmentation configuration we will use for training
train_datagen = ImageDataGenerator(
    rescale=1. / 255,
    shear_range=0.2,
    zoom_range=0.2,
    horizontal_flip=True)

# only rescaling
test_datagen = ImageDataGenerator(rescale=1. / 255)

train_generator = train_datagen.flow_from_directory(
    "data/train",
    target_size=(img_width, img_height),
    batch_size=batch_size,
    class_mode='binary')

validation_generator = test_datagen.flow_from_directory(
    "data/validation",
    target_size=(img_width, img_height),
    batch_size=batch_size,
    class_mode='binary')

print(train_generator.class_indices)
history = model.fit_generator(
    train_generator,
    steps_per_epoch=train_generator.samples // batch_size,
    epochs=epochs,
    validation_data=validation_generator,
    validation_steps=len(validation_generator))

score = model.evaluate_generator(validation_generator)
