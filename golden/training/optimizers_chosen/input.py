"""Which optimizer trains, the command line says; and some of them side by side."""

import argparse

from sklearn.datasets import load_diabetes
from tensorflow import keras

parser = argparse.ArgumentParser()
parser.add_argument(
    "--optimizer", default="sgd", choices=["sgd", "momentum", "nesterov"]
)
parser.add_argument("--lr", type=float, default=0.01)
args = parser.parse_args([])

x, y = load_diabetes(return_X_y=True)
x = x * 20
y = (y - y.mean()) / y.std()


def build(units=8):
    return keras.Sequential(
        [
            keras.layers.Input((10,)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(1),
        ]
    )


if args.optimizer == "sgd":
    optimizer = keras.optimizers.SGD(args.lr)
elif args.optimizer == "momentum":
    # faster down long valleys
    optimizer = keras.optimizers.SGD(args.lr, momentum=0.9)
else:
    optimizer = keras.optimizers.SGD(args.lr, momentum=0.9, nesterov=True)

model = build()
model.compile(optimizer=optimizer, loss="mse")
history = model.fit(x, y, epochs=2, verbose=0)
print(history.history["loss"])

named = {"sgd": keras.optimizers.SGD(0.05)}
again = build(6)
again.compile(optimizer=named[args.optimizer], loss="mse")
again.fit(x, y, epochs=1, verbose=0)

tried = {
    "slow": keras.optimizers.SGD(0.001),
    "fast": keras.optimizers.SGD(0.02, momentum=0.5),
}
results = {}
for name, chosen in tried.items():
    network = build(4)
    network.compile(optimizer=chosen, loss="mae")
    network.fit(x, y, epochs=2, verbose=0)
    results[name] = network.evaluate(x, y, verbose=0)
losses = list(results.values())
