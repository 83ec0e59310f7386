"""What is trainable changes before the same code trains again."""

import numpy as np
from keras import layers, models


def train(model, x, y):
    model.compile("sgd", "mse")
    model.fit(x, y, epochs=2)


x = np.random.rand(20, 8)
y = np.random.rand(20, 1)
base = models.Sequential([layers.Input((8,)), layers.Dense(4), layers.BatchNormalization()])
model = models.Sequential([base, layers.Dense(1)])
train(model, x, y)
base.trainable = False
train(model, x, y)
