"""Which letters a recording has, without knowing where: trained by CTC."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

LETTERS = 6  # 0 is the blank

rng = np.random.default_rng(0)
recordings = rng.normal(size=(96, 20, 10))
texts = rng.integers(1, LETTERS, size=(96, 5))
texts[rng.random(size=96) > 0.5, 3:] = 0  # some are shorter

inputs = keras.Input((20, 10))
x = layers.Conv1D(16, 3, padding="same", activation="relu")(inputs)
x = layers.GRU(16, return_sequences=True)(x)
model = keras.Model(inputs, layers.Dense(LETTERS)(x))
model.compile(keras.optimizers.SGD(0.01), keras.losses.CTC())

history = model.fit(recordings, texts, validation_split=0.25, epochs=2)
best = np.argmin(history.history["val_loss"])
print("best epoch:", best)
