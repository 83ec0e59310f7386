import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

data = np.zeros((200, 8))
labels = np.zeros((200,))


def build_model():
    model = keras.Sequential(
        [
            layers.Dense(64, activation="relu", input_shape=[data.shape[1]]),
            layers.Dense(64, activation="relu"),
            layers.Dense(1),
        ]
    )
    return model


model = build_model()
