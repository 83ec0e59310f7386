"""Functions compile with an optimizer of the module, which goes on from call to call."""

import numpy as np
from tensorflow import keras
from torch import nn

x, y = np.random.rand(64, 4), np.random.rand(64)
# TODO(tf2torch) T2T103: `keras.optimizers.SGD` is left as it is: so is `compile` in line 16, which it is for
opt = keras.optimizers.SGD(0.1, momentum=0.9)
# TODO(tf2torch) T2T103: `keras.optimizers.SGD` is left as it is: so is `compile` in line 26, which it is for
rated = keras.optimizers.SGD(0.1)


class Make(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def make():
    return Make()


def compile_model(model):
    # TODO(tf2torch) T2T101: `compile` is left as it is: an optimizer that goes on with what it knows from an earlier `compile`
    model.compile(opt, "mse")


def run(model):
    # TODO(tf2torch) T2T101: `compile` is left as it is: an optimizer that goes on with what it knows from an earlier `compile`
    model.compile(opt, "mse")
    model.fit(x, y, epochs=2, verbose=0)


class Build(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 2)
        self.dense_1 = nn.Linear(2, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        x = self.dense(x)
        return self.dense_1(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def build():
    model = Build()
    # TODO(tf2torch) T2T101: `compile` is left as it is: its rate is set as that of `rated`: say `.optimizer` of the model
    model.compile(rated, "mse")
    return model


first = make()
for _ in range(2):
    compile_model(first)
    # TODO(tf2torch) T2T101: `fit` is left as it is: so is `compile` in line 16, of the same model
    first.fit(x, y, epochs=2, verbose=0)

second = make()
run(second)
run(second)

third = build()
# TODO(tf2torch) T2T101: `fit` is left as it is: so is `compile` in line 26, of the same model
third.fit(x, y, epochs=2, verbose=0)
rated.learning_rate = 0.01
# TODO(tf2torch) T2T101: `fit` is left as it is: so is `compile` in line 26, of the same model
third.fit(x, y, epochs=2, verbose=0)
