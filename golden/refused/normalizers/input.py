import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.rand(100, 9).astype("float32")
y = np.random.rand(100)

# what it has seen is something else when the model is made
changed = layers.Normalization()
changed.adapt(x)
x = x * 2
model = keras.Sequential([layers.Input((9,)), changed, layers.Dense(1)])

learned = layers.Normalization()
learned.adapt(x)
last = keras.Sequential([layers.Input((9,)), learned, layers.Dense(1)])
