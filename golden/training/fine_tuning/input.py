"""Pretrain on one half of the digits, then fine-tune on the other."""
import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

digits = load_digits()
images = (digits.images / 16.0)[..., np.newaxis]
low = digits.target < 5
x_source, y_source = images[low], digits.target[low]
x_target, y_target = images[~low], digits.target[~low] - 5

base = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        layers.Conv2D(8, 3, activation="relu", padding="same"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(24, activation="relu"),
    ],
    name="base",
)
source = keras.Sequential([base, layers.Dense(5, activation="softmax")])
source.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
source.fit(x_source, y_source, epochs=2, batch_size=64)

# freeze the base and train a new head
base.trainable = False
inputs = keras.Input((8, 8, 1))
outputs = layers.Dense(5, activation="softmax")(base(inputs, training=False))
model = keras.Model(inputs, outputs)
model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
frozen = model.fit(x_target, y_target, epochs=2, batch_size=64, validation_split=0.2)

# unfreeze and go on with a small learning rate
base.trainable = True
model.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
tuned = model.fit(x_target, y_target, epochs=2, batch_size=64, validation_split=0.2)
accuracy = frozen.history["val_accuracy"] + tuned.history["val_accuracy"]
