import numpy as np
from tensorflow import keras
from torch import nn

x = np.random.rand(64, 8)
y = np.random.rand(64, 1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(8, 4)
        self.dense_1 = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
# TODO(tf2torch) T2T101: `compile` is left as it is; the model is an nn.Module now
model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
for epoch in range(3):
    # One epoch at a time
    # TODO(tf2torch) T2T101: `fit` is left as it is; the model is an nn.Module now
    model.fit(x, y, epochs=1, verbose=0)
    print(epoch, model.evaluate(x, y))
model.save("model.keras")
