import functools

import numpy as np
from sklearn.datasets import load_breast_cancer
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers


def binary_focal_loss(gamma=2.0, alpha=0.25):
    """Focal loss for binary classification."""

    def loss(y_true, y_pred):
        """FL(p) = -alpha * (1 - p)^gamma * log(p)"""
        epsilon = K.epsilon()
        y_pred = K.clip(y_pred, epsilon, 1.0 - epsilon)
        # the probability of what is right
        p_t = y_true * y_pred + (1 - y_true) * (1 - y_pred)
        alpha_t = y_true * alpha + (1 - y_true) * (1 - alpha)
        return K.mean(-alpha_t * K.pow(1 - p_t, gamma) * K.log(p_t), axis=-1)

    loss.__name__ = "focal_loss"
    return loss


def f_beta(beta):
    def metric(y_true, y_pred):
        hits = K.sum(y_true * K.round(y_pred))
        precision = hits / (K.sum(K.round(y_pred)) + K.epsilon())
        recall = hits / (K.sum(y_true) + K.epsilon())
        both = beta**2 * precision + recall
        return (1 + beta**2) * precision * recall / (both + K.epsilon())

    metric.__name__ = "f_score"
    return metric


def tilted(y_true, y_pred, q=0.5):
    error = y_true - y_pred
    return K.mean(K.maximum(q * error, (q - 1) * error), axis=-1)


x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
y = y.reshape(-1, 1).astype("float64")


def build_model():
    model = keras.Sequential(
        [
            layers.Input((30,)),
            layers.Dense(8, activation="tanh"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    return model


model = build_model()
model.compile("sgd", loss=binary_focal_loss(gamma=1.5), metrics=[f_beta(2), "accuracy"])
history = model.fit(x, y, epochs=3, batch_size=64, validation_split=0.2, verbose=0)
print(history.history["f_score"], history.history["val_f_score"])

focal = binary_focal_loss()
other = build_model()
other.compile("sgd", loss=focal, metrics=[focal])
results = other.fit(x, y, epochs=2, batch_size=64, verbose=0)
print(results.history["focal_loss"])

for q in [0.1, 0.5]:
    below = build_model()
    below.compile("sgd", loss=functools.partial(tilted, q=q))
    below.fit(x, y, epochs=2, batch_size=64, verbose=0)
    print(q, np.mean(below.predict(x, verbose=0)))

for quantile in (0.2, 0.8):
    within = build_model()
    within.compile("sgd", loss=lambda t, p: tilted(t, p, quantile))
    within.fit(x, y, epochs=2, batch_size=64, verbose=0)
