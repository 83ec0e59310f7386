"""Weights of samples for each output, for all of them, and for steps of a series."""

import numpy as np
from sklearn.datasets import load_diabetes
from tensorflow import keras
from tensorflow.keras import layers

x, y = load_diabetes(return_X_y=True)
x = x * 20
y = (y - y.mean()) / y.std()
rng = np.random.default_rng(0)
sure = rng.uniform(0.5, 1.5, size=len(x))
careful = rng.uniform(0.0, 2.0, size=len(x))

inputs = keras.Input((10,))
h = layers.Dense(16, activation="relu")(inputs)
level = layers.Dense(1, name="level")(h)
sign = layers.Dense(1, activation="sigmoid", name="sign")(h)
model = keras.Model(inputs, [level, sign])
model.compile("sgd", loss=["mse", "binary_crossentropy"], metrics=[["mae"], []])
positive = (y > 0).astype("float32")

history = model.fit(
    x, [y, positive], sample_weight=[sure, careful], epochs=2, verbose=0
)
print(history.history["level_loss"])
together = model.fit(
    x, [y, positive], sample_weight=sure, validation_split=0.25, epochs=2, verbose=0
)
print(together.history["val_sign_loss"])
weighed = model.evaluate(x, [y, positive], sample_weight=careful, verbose=0)
plain = model.evaluate(x, [y, positive], verbose=0)

series = rng.normal(size=(80, 6, 3))
sums = series.sum(-1, keepdims=True).cumsum(1)
seen = (rng.random(size=(80, 6)) < 0.8).astype("float32")
steps = keras.Sequential(
    [
        layers.Input((6, 3)),
        layers.Conv1D(8, 3, padding="causal", activation="tanh"),
        layers.Dense(1),
    ]
)
steps.compile("sgd", "mse")
for weights in (seen, 1 - seen):
    fitted = steps.fit(
        series, sums, sample_weight=weights, epochs=2, batch_size=16, verbose=0
    )
    print(fitted.history["loss"])
