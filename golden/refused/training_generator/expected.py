import numpy as np
from torch import nn


def batches(size):
    while True:
        x = np.random.rand(size, 8)
        yield x, x.sum(axis=1), np.ones(size), size


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 13, of the same model
model.compile(optimizer="sgd", loss="mse")
# TODO(tf2torch) T2T101: `fit` is left as it is: batches of other things than inputs and targets
history = model.fit(batches(16), steps_per_epoch=10, epochs=3)
