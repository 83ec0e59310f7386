import numpy as np
from tensorflow import keras
from torch import nn
from torch.nn import functional as F

x = np.random.default_rng(0).random((64, 4)).astype("float32")
y = np.random.default_rng(1).integers(0, 3, 64)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 3)
        self.apply(init_like_keras)

    def forward(self, x):
        return F.softmax(self.dense(x), dim=-1)


def init_like_keras(module):
    """Start from Keras's default weights: Glorot uniform kernels, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


model = Model()
# TODO(tf2torch) T2T101: `compile` is left as it is: so is `fit` in line 13, of the same model
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
# TODO(tf2torch) T2T103: `keras.callbacks.TerminateOnNaN` is left as it is: so is `fit` in line 13, which it is for
callbacks = [keras.callbacks.TerminateOnNaN()]
if input("stop early? ") == "yes":
    callbacks.append(keras.callbacks.EarlyStopping(patience=2))


# TODO(tf2torch) T2T101: `fit` is left as it is: a callback under a condition that would be asked again in each epoch
model.fit(x, y, epochs=2, validation_split=0.2, callbacks=callbacks)
