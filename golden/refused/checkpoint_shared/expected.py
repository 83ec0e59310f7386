import numpy as np
from torch import nn
from tensorflow.keras.callbacks import LambdaCallback, ModelCheckpoint

x, y = np.random.rand(64, 4), np.random.rand(64, 1)


class A(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


a = A()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 11, of the same model
a.compile("sgd", "mse")
# TODO(tf2torch) T2T103: `ModelCheckpoint` is left as it is: so is `fit` in line 11, which it is for
best = ModelCheckpoint("best.keras", monitor="loss", save_best_only=True)
for _ in range(3):
    # the best of all rounds
    # TODO(tf2torch) T2T101: `fit` is left as it is: the callback `ModelCheckpoint` remembers earlier runs of this `fit`: make it where it is given
    a.fit(x, y, epochs=2, callbacks=[best])


class B(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


b = B()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 17, of the same model
b.compile("sgd", "mse")
# TODO(tf2torch) T2T103: `ModelCheckpoint` is left as it is: so is `fit` in line 17, which it is for
often = ModelCheckpoint("often.keras", save_freq=3)
# TODO(tf2torch) T2T101: `fit` is left as it is: so is `fit` in line 17, of the same model
b.fit(x, y, epochs=2, callbacks=[often])
# TODO(tf2torch) T2T101: `fit` is left as it is: a callback that remembers what it saw in another `fit`
b.fit(x, y, epochs=2, callbacks=[often])


class C(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 1)
        self.apply(init_like_keras)

    def forward(self, x):
        return self.dense(x)


c = C()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 22, of the same model
c.compile("sgd", "mse")
# TODO(tf2torch) T2T103: `LambdaCallback` is left as it is: so is `fit` in line 22, which it is for
stops = LambdaCallback(on_epoch_end=lambda epoch, logs: setattr(c, "stop_training", epoch > 1))
# TODO(tf2torch) T2T101: `fit` is left as it is: keras.callbacks.LambdaCallback: a lambda that sets an attribute
c.fit(x, y, epochs=9, callbacks=[stops])
