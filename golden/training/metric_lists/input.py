import numpy as np
import tensorflow as tf
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler
from tensorflow import keras

METRICS = [
    keras.metrics.TruePositives(name="tp"),
    keras.metrics.FalsePositives(name="fp"),
    keras.metrics.BinaryAccuracy(name="accuracy"),
    keras.metrics.Recall(name="recall"),
    keras.metrics.AUC(name="prc", curve="PR"),
]
BATCH_SIZE = 100

features, labels = load_breast_cancer(return_X_y=True)
labels = labels[:, None]
features = np.clip(StandardScaler().fit_transform(features), -5, 5)


def make_model(metrics=METRICS, width=16):
    model = keras.Sequential(
        [
            keras.layers.Dense(width, activation="relu", input_shape=(features.shape[-1],)),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=1e-2),
        loss=keras.losses.BinaryCrossentropy(),
        metrics=metrics,
    )
    return model


model = make_model()
print(model.predict(features[:10], verbose=0))

neg, pos = np.bincount(labels.ravel())
weight_for_0 = (1 / neg) * (neg + pos) / 2.0
weight_for_1 = (1 / pos) * (neg + pos) / 2.0

weighted_model = make_model(METRICS, width=8)
weighted_history = weighted_model.fit(
    features,
    labels,
    batch_size=BATCH_SIZE,
    epochs=3,
    verbose=0,
    validation_data=(features[:100], labels[:100]),
    class_weight={0: weight_for_0, 1: weight_for_1},
)
print(weighted_history.history["val_prc"])
