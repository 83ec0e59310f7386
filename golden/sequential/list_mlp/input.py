"""Predict fuel efficiency from a handful of numbers."""

from tensorflow import keras
from tensorflow.keras import layers

N_FEATURES = 9


def build_model():
    """Two hidden layers are plenty for this data set."""
    model = keras.Sequential(
        [
            layers.Dense(64, activation="relu", input_shape=[N_FEATURES]),
            layers.Dense(64, activation="relu"),
            layers.Dense(1),
        ]
    )
    return model


model = build_model()
model.summary()
