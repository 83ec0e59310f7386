import numpy as np
import tensorflow as tf
from sklearn.datasets import load_diabetes
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers


def share_above(y_true, y_pred):
    return tf.reduce_mean(tf.cast(y_pred > y_true, tf.float32), axis=-1)


class WeightedMSE(keras.losses.Loss):
    """Outputs that are too small count more."""

    def __init__(self, weight=2.0, name="weighted_mse", **kwargs):
        super().__init__(name=name, **kwargs)
        self.weight = weight

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        # the outputs are too small
        scaled = tf.where(error > 0, self.weight * error, error)
        return tf.reduce_mean(tf.square(scaled), axis=-1)

    def get_config(self):
        config = super().get_config()
        config["weight"] = self.weight
        return config


class Quantile(keras.losses.Loss):
    def __init__(self, q):
        super(Quantile, self).__init__()
        self.q = q

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        return tf.reduce_mean(tf.maximum(self.q * error, (self.q - 1) * error))


class LogCosh(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return tf.math.log(tf.math.cosh(y_pred - y_true))


x, y = load_diabetes(return_X_y=True)
x, y = x[:200], np.stack([y[:200], y[200:400]], axis=1) / 100.0


def build_model():
    return keras.Sequential(
        [layers.Input((10,)), layers.Dense(8, activation="tanh"), layers.Dense(2)]
    )


model = build_model()
model.compile(optimizer="sgd", loss=WeightedMSE(weight=3.0), metrics=[share_above])
history = model.fit(x, y, epochs=3, batch_size=50, validation_split=0.2, verbose=0)
print(history.history["val_loss"])

for q in (0.1, 0.9):
    quantile = build_model()
    quantile.compile(optimizer="sgd", loss=Quantile(q))
    quantile.fit(x, y, epochs=2, batch_size=50, verbose=0)
    print(q, quantile.evaluate(x, y, verbose=0))

smooth = LogCosh()
last = build_model()
last.compile(optimizer="sgd", loss=smooth)
last_history = last.fit(x, y, epochs=2, batch_size=50, verbose=0)
