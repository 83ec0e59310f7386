import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def make_windows(series, width):
    return np.stack([series[i : i + width] for i in range(len(series) - width)])


X = make_windows(np.sin(np.arange(500)), 24)[..., None]
n_steps, n_features = X.shape[1], X.shape[2]

model = keras.Sequential(
    [
        layers.LSTM(16, input_shape=(X.shape[1], X.shape[2])),
        layers.Dense(1),
    ]
)
second = keras.Sequential(
    [
        layers.GRU(16, input_shape=(n_steps, n_features)),
        layers.Dense(1),
    ]
)
