"""An autoencoder out of two Sequential models."""

from tensorflow.keras import layers, models

encoder = models.Sequential(
    [
        layers.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(32, activation="relu"),
    ],
    name="encoder",
)

decoder = models.Sequential(
    [
        layers.Input((32,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(28 * 28, activation="sigmoid"),
        layers.Reshape((28, 28)),
    ],
    name="decoder",
)

autoencoder = models.Sequential([encoder, decoder], name="autoencoder")
