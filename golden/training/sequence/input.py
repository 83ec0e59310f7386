import math

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers


class DigitSequence(keras.utils.Sequence):
    """Batches of digits."""

    def __init__(self, x, y, batch_size=32, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y = x, y
        self.batch_size = batch_size

    def __len__(self):
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, idx):
        low = idx * self.batch_size
        # the last batch is smaller
        batch_x = self.x[low:low + self.batch_size]
        batch_y = self.y[low:low + self.batch_size]
        return batch_x / 16.0, batch_y


images, labels = load_digits(return_X_y=True)
train = DigitSequence(images[:1400], labels[:1400], 64)
valid = DigitSequence(images[1400:], labels[1400:])

model = keras.Sequential([
    layers.Input((64,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.SGD(0.125), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train, epochs=3, validation_data=valid, steps_per_epoch=len(train))
loss, acc = model.evaluate(valid)
print(history.history["val_accuracy"], acc)
