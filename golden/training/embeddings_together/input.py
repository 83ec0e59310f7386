"""Embeddings that are near each other where they are of one kind."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
features = rng.normal(size=(128, 12))
kinds = rng.integers(0, 4, size=128)

embedder = keras.Sequential([layers.Input((12,)), layers.Dense(16, activation="relu")])
embedder.add(layers.Dense(8))
embedder.add(layers.UnitNormalization())  # on a sphere
embedder.compile(optimizer="sgd", loss=keras.losses.Circle(gamma=32.0))

history = embedder.fit(features, kinds, batch_size=32, epochs=3, verbose=2)
embeddings = embedder.predict(features)
print(embeddings.shape, history.history["loss"])
