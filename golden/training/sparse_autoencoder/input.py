"""A sparse autoencoder: few of its codes are active at once."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers, regularizers

ENCODING_DIM = 16  # codes for each image

rng = np.random.default_rng(0)
x_train = rng.random((256, 64)).astype("float32")
x_test = rng.random((64, 64)).astype("float32")

input_img = keras.Input(shape=(64,))
# Add an L1 activity regularizer
encoded = layers.Dense(
    ENCODING_DIM, activation="relu", activity_regularizer=regularizers.l1(2**-14)
)(input_img)
decoded = layers.Dense(64, activation="sigmoid")(encoded)

autoencoder = keras.Model(input_img, decoded)
encoder = keras.Model(input_img, encoded)

autoencoder.compile(optimizer=keras.optimizers.SGD(0.5), loss="binary_crossentropy")
history = autoencoder.fit(
    x_train,
    x_train,
    epochs=4,
    batch_size=64,
    shuffle=True,
    validation_data=(x_test, x_test),
)

codes = encoder.predict(x_test)
print("mean activity:", codes.mean())
print("final loss:", history.history["loss"][-1])
