"""Two kinds of measurements, looked at by layers of their own."""
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
a, b = rng.random((64, 5)), rng.random((64, 3))
y = (a.sum(1) > b.sum(1)).astype("float32")
left = keras.Input((5,), name="left")
right = keras.Input((3,), name="right")
h = keras.layers.concatenate([keras.layers.Dense(4, activation="relu")(left), right])
out = keras.layers.Dense(1, activation="sigmoid")(h)
model = keras.Model([left, right], out)
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
history = model.fit([a, b], y, epochs=3, batch_size=16, validation_split=0.25)
losses = history.history["val_loss"]
score = model.evaluate([a, b], y)
prediction = model.predict({"left": a, "right": b})
