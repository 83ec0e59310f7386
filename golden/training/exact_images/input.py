"""Tells bright images from dark ones."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
images = rng.normal(size=(60, 8, 8, 3)) + rng.normal(size=(60, 1, 1, 1))
bright = (images.mean(axis=(1, 2, 3)) > 0).astype("float32")

model = keras.Sequential([keras.Input((8, 8, 3))])
for filters in (4, 8):
    model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
    model.add(layers.BatchNormalization(scale=False))
    model.add(layers.Activation("relu"))
    model.add(layers.MaxPooling2D())
model.add(layers.Flatten())
model.add(layers.Dense(1, activation="sigmoid"))

model.compile(
    optimizer=keras.optimizers.SGD(0.05, 0.9, nesterov=True, global_clipnorm=1.0),
    loss="binary_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(
    images,
    bright,
    batch_size=16,
    epochs=4,
    validation_split=0.2,
    verbose=0,
    callbacks=[keras.callbacks.ReduceLROnPlateau(patience=1, factor=0.5)],
)
