"""A denoising autoencoder for digits, and the half of it that gives the codes."""

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers


def build(size, codes=8):
    inputs = keras.Input((size,))
    code = layers.Dense(codes, activation="tanh", name="code")(inputs)
    outputs = layers.Dense(size, activation="sigmoid")(code)
    autoencoder, encoder = keras.Model(inputs, outputs), keras.Model(inputs, code)
    return autoencoder, encoder


images = load_digits().data[:200] / 16.0
noisy = np.clip(images + np.random.default_rng(0).normal(0, 0.1, images.shape), 0, 1)

autoencoder, encoder = build(images.shape[1])
autoencoder.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.9), loss="mse")
history = autoencoder.fit(noisy, images, epochs=3, batch_size=32, shuffle=False)
print(history.history["loss"])
codes = encoder.predict(images)
print(codes.mean(axis=0))
