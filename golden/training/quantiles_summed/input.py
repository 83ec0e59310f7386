"""Quantiles of the progression of diabetes, one year ahead."""

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler
from tensorflow import keras
from tensorflow.keras import layers

QUANTILES = [0.1, 0.5, 0.9]

data = load_diabetes()
x = StandardScaler().fit_transform(data.data)[:200]
y = (data.target[:200] - data.target.mean()) / data.target.std()


def pinball(q, error):
    return tf.maximum(q * error, (q - 1) * error)


class QuantileLoss(keras.losses.Loss):
    """The pinball losses of all quantiles, summed."""

    def __init__(self, quantiles, name="quantile_loss"):
        super().__init__(name=name)
        self.quantiles = quantiles

    def call(self, y_true, y_pred):
        losses = []
        for i, q in enumerate(self.quantiles):
            error = y_true[:, 0] - y_pred[:, i]
            losses.append(pinball(q, error))
        return tf.add_n(losses)


def median_error(y_true, y_pred):
    return tf.abs(y_true[:, 0] - y_pred[:, 1])


model = keras.Sequential(
    [
        layers.Input((x.shape[1],)),
        layers.Dense(16, activation="relu"),
        layers.Dense(len(QUANTILES)),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss=QuantileLoss(QUANTILES),
    metrics=[median_error],
)
history = model.fit(x, y[:, None], validation_split=0.2, epochs=4, batch_size=16, verbose=2)

low, median, high = np.sort(model.predict(x[160:], verbose=0), axis=1).T
coverage = np.mean((low <= y[160:]) & (y[160:] <= high))
print(f"{coverage:.0%} of the patients lie between both outer quantiles")
print("median absolute error:", np.median(np.abs(y[160:] - median)).round(3))
