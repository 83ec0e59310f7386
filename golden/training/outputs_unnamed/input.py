"""Several outputs whose layers have no names of their own."""

import numpy as np
from sklearn.datasets import load_diabetes
from tensorflow import keras
from tensorflow.keras import layers

x, y = load_diabetes(return_X_y=True)
x = x * 20
high = (y > 150).astype("float32")
y = (y - y.mean()) / y.std()

inputs = keras.Input((10,))
h = layers.Dense(16, activation="relu")(inputs)
value = layers.Dense(1)(h)
shifted = layers.Dense(1)(h)  # is not asked for
is_high = layers.Dense(1, activation="sigmoid")(h)

model = keras.Model(inputs, [value, is_high])
model.compile(
    optimizer=keras.optimizers.SGD(0.01),
    loss=["mse", "binary_crossentropy"],
    loss_weights=[1.0, 0.5],
    metrics=[["mae"], ["accuracy"]],
)
for size in (32, 64):
    model.fit(x, [y, high], epochs=1, batch_size=size, verbose=0)
history = model.fit(
    x, [y, high], epochs=3, batch_size=32, verbose=0, validation_split=0.2
)
print(history.history["dense_1_mae"], history.history["val_dense_3_accuracy"])
score = model.evaluate(x, [y, high], verbose=0)
values, chances = model.predict(x, verbose=0)
