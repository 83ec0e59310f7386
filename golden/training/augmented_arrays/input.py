import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from tensorflow.keras import layers, models
from tensorflow.keras.preprocessing.image import ImageDataGenerator

digits = load_digits()
x = np.expand_dims(digits.images, -1) / 16.0
y = tf.keras.utils.to_categorical(digits.target, 10)
x_train, y_train = x[:1000], y[:1000]
x_test, y_test = x[1000:1300], y[1000:1300]

AUGMENT = True
datagen = ImageDataGenerator(
    rotation_range=10,  # degrees
    width_shift_range=0.1,
    height_shift_range=0.1,
    featurewise_center=False,
    vertical_flip=False,
)
datagen.fit(x_train)

model = models.Sequential(
    [
        layers.Input((8, 8, 1)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])

if AUGMENT:
    history = model.fit(
        datagen.flow(x_train, y_train, batch_size=50),
        steps_per_epoch=len(x_train) // 50,
        epochs=3,
        validation_data=(x_test, y_test),
    )
else:
    history = model.fit(
        x_train, y_train, batch_size=50, epochs=3, validation_data=(x_test, y_test)
    )
print(history.history["val_accuracy"])
