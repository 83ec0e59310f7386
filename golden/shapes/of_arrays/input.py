import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x_train = np.random.rand(100, 28, 28).reshape(-1, 28, 28, 1).astype("float32")

model = keras.Sequential(
    [
        layers.Conv2D(8, 3, activation="relu", input_shape=x_train.shape[1:]),
        layers.Flatten(),
        layers.Dense(10),
    ]
)
other = keras.Sequential(
    [
        keras.Input(shape=x_train[0].shape),
        layers.Flatten(),
        layers.Dense(10),
    ]
)
