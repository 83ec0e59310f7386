import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

ASYMMETRIC = True


def pinball(y_true, y_pred):
    """Too little costs more than too much."""
    error = y_true - y_pred
    if ASYMMETRIC:
        return K.mean(K.maximum(0.7 * error, -0.3 * error), axis=-1)
    return K.mean(K.abs(error), axis=-1)


x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(0)) / x.std(0)

model = keras.Sequential(
    [
        layers.Input((30,)),
        layers.Dense(8, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    "sgd",
    keras.losses.BinaryCrossentropy(reduction="sum"),
    metrics=["accuracy"],
    weighted_metrics=[
        keras.metrics.BinaryAccuracy(name="weighted_accuracy"),
        keras.metrics.Recall(name="weighted_recall"),
    ],
)
history = model.fit(
    x[:400],
    y[:400],
    epochs=2,
    batch_size=64,
    validation_data=(x[400:], y[400:]),
    class_weight={0: 2.0, 1: 0.5},
    verbose=0,
)
print(history.history["weighted_recall"])

features, progress = load_diabetes(return_X_y=True)
progress = progress.reshape(-1, 1) / 100
importance = np.where(progress[:, 0] > 2, 2.0, 1.0)
scores = {}
for width in (4, 8):
    regression = keras.Sequential(
        [layers.Input((10,)), layers.Dense(width, activation="tanh"), layers.Dense(1)]
    )
    regression.compile("sgd", pinball, weighted_metrics=["mae"])
    regression.fit(
        features, progress, batch_size=100, sample_weight=importance, epochs=2, verbose=0
    )
    scores[width] = regression.evaluate(
        features, progress, sample_weight=importance, verbose=0
    )
print(scores)
