"""Digits, with the weights of the best epoch, as in a well-known book."""

import os
import tempfile

from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

os.chdir(tempfile.mkdtemp())

images, labels = load_digits(return_X_y=True)
train_images, test_images = images[:1200] / 16.0, images[1200:] / 16.0
train_labels, test_labels = labels[:1200], labels[1200:]

inputs = keras.Input(shape=(64,))
x = layers.Dense(32, activation="relu")(inputs)
outputs = layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs=inputs, outputs=outputs)

model.compile(loss="sparse_categorical_crossentropy",
              optimizer=keras.optimizers.SGD(0.5),
              metrics=["accuracy"])
callbacks = [
    keras.callbacks.ModelCheckpoint(
        filepath="digits.keras",
        save_best_only=True,
        monitor="val_loss")
]
history = model.fit(
    train_images, train_labels,
    epochs=6,
    batch_size=128,
    validation_split=0.2,
    callbacks=callbacks)

# the best epoch need not be the last
test_model = keras.models.load_model("digits.keras")
test_loss, test_acc = test_model.evaluate(test_images, test_labels)
print(f"Test accuracy: {test_acc:.3f}")
predictions = test_model.predict(test_images[:10])
