import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

MEAN = np.array([0.1, 0.2, 0.3])
inputs = keras.Input(shape=(8, 8, 3))
x = layers.Conv2D(3, 3)((inputs - MEAN) / np.array([1.0, 2.0, 3.0], dtype="float32"))
x = x * np.arange(3)
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, x)
