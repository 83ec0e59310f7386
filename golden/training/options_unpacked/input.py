"""Arguments of compile and fit in dicts that are put together before."""

import argparse

import numpy as np
from sklearn.datasets import load_diabetes
from tensorflow import keras

parser = argparse.ArgumentParser()
parser.add_argument("--validate", type=int, default=1)
parser.add_argument("--verbose", type=int, default=0)
args = parser.parse_args([])

x, y = load_diabetes(return_X_y=True)
x = x * 20
y = (y - y.mean()) / y.std()


def build(units):
    return keras.Sequential(
        [
            keras.layers.Input((10,)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(1),
        ]
    )


def run(network, inputs, targets, **kwargs):
    """Train with whatever the caller asks for."""
    return network.fit(inputs, targets, shuffle=False, **kwargs)


compile_args = {"loss": "mse"}
compile_args["optimizer"] = keras.optimizers.SGD(0.01, momentum=0.9)
# how far it is off, on average
compile_args.update(metrics=["mae"])

model = build(16)
model.compile(**compile_args)

fit_args = dict(batch_size=32, epochs=2)
fit_args["verbose"] = args.verbose
fit_args.update(validation_split=0.25)
history = model.fit(x, y, **fit_args)
print(history.history["val_mae"])

other = build(8)
other.compile(optimizer="sgd", loss="mae")
for size in (50, 100):
    losses = run(other, x, y, batch_size=size)
    print(size, losses.history["loss"])
last = run(other, x, y, batch_size=64, verbose=0)
score = model.evaluate(x, y, verbose=0)
