"""Optimizers and losses that are named when the program runs, or described by dicts."""

from sklearn.datasets import load_diabetes
from tensorflow import keras
from tensorflow.keras import layers

x, y = load_diabetes(return_X_y=True)
x = x * 20
y = (y - y.mean()) / y.std()


def train(optimizer="SGD", loss="mse", units=8):
    model = keras.Sequential(
        [
            layers.Input((10,)),
            layers.Dense(units, activation="relu"),
            layers.Dense(1),
        ]
    )
    model.compile(optimizer=optimizer, loss=loss)
    return model, model.fit(x, y, epochs=2, batch_size=32, verbose=0)


first, losses = train()
for loss in ("mse", "mae"):
    second, other_losses = train("adam", loss)
    print(loss, other_losses.history["loss"])

SETTINGS = {"class_name": "SGD", "config": {"learning_rate": 0.02, "momentum": 0.9}}
third = keras.Sequential([layers.Input((10,)), layers.Dense(1)])
third.compile(optimizer=keras.optimizers.get(SETTINGS), loss=keras.losses.get("mse"))
third.fit(x, y, epochs=2, verbose=0)
for epoch in range(2):
    third.compile(
        optimizer={"class_name": "SGD", "config": {"learning_rate": 0.01}}, loss="mae"
    )
    third.fit(x, y, epochs=1, verbose=0)
score = third.evaluate(x, y, verbose=0)
