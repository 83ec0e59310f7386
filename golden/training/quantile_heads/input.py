"""Progression of diabetes: the median, and how far it may be off, by a pinball loss for each."""

from functools import partial

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

QUANTILES = [0.1, 0.5, 0.9]


def pinball(quantile, y_true, y_pred):
    error = y_true - y_pred
    return K.mean(K.maximum(quantile * error, (quantile - 1) * error), axis=-1)


def build(depth, units=16):
    inputs = keras.Input((10,), name="features")
    for level in range(depth):
        if level == 0:
            x = layers.Dense(units, activation="relu")(inputs)
        else:
            x = layers.Dense(units, activation="relu")(x)
    # one head for each quantile
    heads = [layers.Dense(1, name=f"q{int(100 * quantile)}")(x) for quantile in QUANTILES]
    return keras.Model(inputs, heads)


features, targets = load_diabetes(return_X_y=True)
x = StandardScaler().fit_transform(features)
y = ((targets - targets.mean()) / targets.std()).reshape(-1, 1)

optimizer, loss = keras.optimizers.SGD(3e-2), [partial(pinball, q) for q in QUANTILES]
model = build(depth=2)
model.compile(optimizer, loss=loss)
history = model.fit(x, [y] * len(QUANTILES), validation_split=0.2, epochs=8, batch_size=32)

low, median, high = model.predict(x, verbose=0)
inside = np.mean((low <= y) & (y <= high))
print(f"{inside:.0%} of the targets are inside, the pinball loss is {history.history['loss'][-1]:.3f}")
