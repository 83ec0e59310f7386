"""A list that grows while the graph is built, without a function around it."""

from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input((16, 16, 3))
x = inputs
skips = []
for width in (8, 16):
    x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
    skips.append(x)
    x = layers.MaxPooling2D()(x)
for skip in reversed(skips):
    x = layers.UpSampling2D()(x)
    x = layers.Concatenate()([x, skip])
model = keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))
