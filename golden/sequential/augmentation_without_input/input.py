"""Preprocessing as a model of its own, which says nothing of what it takes."""

from tensorflow import keras
from tensorflow.keras import layers

augmentation = keras.Sequential(
    [layers.RandomFlip("horizontal"), layers.Resizing(24, 24), layers.BatchNormalization()]
)
steps = keras.Sequential([layers.BatchNormalization(), layers.Dense(4)])

image = keras.Input((32, 32, 3))
x = augmentation(image)
x = layers.Conv2D(8, 3, activation="relu")(x)
x = layers.Reshape((-1, 8))(x)
x = steps(x)
model = keras.Model(image, x)
