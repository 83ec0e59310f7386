"""An autoencoder of two models, whose codes are sparse and whose weights are small."""

import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
images = rng.random((200, 8, 8)).astype("float32")


def build(rate, depth=2):
    """The encoder, and the autoencoder that it is part of."""
    encoder = keras.Sequential([keras.layers.Input((8, 8)), keras.layers.Flatten()])
    for _ in range(depth):
        encoder.add(keras.layers.Dense(32, activation="selu"))
    encoder.add(keras.layers.Dense(12, activation="sigmoid"))
    # the codes should be near zero
    encoder.add(keras.layers.ActivityRegularization(l1=rate, l2=rate / 2))
    decoder = keras.Sequential(
        [
            keras.layers.Input((12,)),
            keras.layers.Dense(32, activation="selu", kernel_regularizer="l2"),
            keras.layers.Dense(64),
            keras.layers.Reshape([8, 8]),
        ]
    )
    inputs = keras.layers.Input((8, 8))
    return encoder, keras.Model(inputs, decoder(encoder(inputs)))


encoder, autoencoder = build(2**-10)
autoencoder.compile(loss="mse", optimizer=keras.optimizers.SGD(learning_rate=0.5))
history = autoencoder.fit(images, images, epochs=3, validation_split=0.1)
score = autoencoder.evaluate(images, images)
codes = encoder.predict(images)
