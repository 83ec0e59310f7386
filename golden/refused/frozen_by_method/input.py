"""What is trainable changes before the same code trains again."""

import numpy as np
from keras import layers, models


class Trainer:
    def __init__(self):
        self.base = models.Sequential([layers.Input((8,)), layers.Dense(4)])
        self.model = models.Sequential([self.base, layers.Dense(1)])

    def train(self, x, y):
        self.model.compile("sgd", "mse")
        self.model.fit(x, y, epochs=2)

    def freeze(self):
        self.base.trainable = False


t = Trainer()
x = np.random.rand(20, 8)
y = np.random.rand(20, 1)
t.train(x, y)
t.freeze()
t.train(x, y)
