import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.rand(60, 6)
y = np.random.rand(60, 1)

hidden = layers.Dense(8, activation="relu")
model = keras.Sequential([layers.Input((6,)), hidden, layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y)
# without another compile, it depends on Keras's version what that means
hidden.trainable = False
model.fit(x, y)

norm = layers.BatchNormalization()
normed = keras.Sequential([layers.Input((6,)), layers.Dense(8), norm, layers.Dense(1)])
normed.compile("sgd", "mse")
normed.fit(x, y)
norm.trainable = False
normed.compile("sgd", "mse")
normed.fit(x, y)
