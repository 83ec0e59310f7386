"""Wine, with callbacks that options ask for."""

import argparse

import numpy as np
from sklearn.datasets import load_wine
from sklearn.preprocessing import scale
from tensorflow import keras

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=8)
parser.add_argument("--patience", type=int, default=2)
parser.add_argument("--best", default=None)
parser.add_argument("--keep", action="store_true")
args = parser.parse_args([])

x, y = load_wine(return_X_y=True)
order = np.random.default_rng(0).permutation(len(x))
x, y = scale(x)[order], y[order]

model = keras.Sequential(
    [
        keras.layers.Input((13,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.SGD(2.0), loss="sparse_categorical_crossentropy")

callbacks = [keras.callbacks.TerminateOnNaN()]
# stop once nothing gets better
if args.patience:
    callbacks.append(keras.callbacks.EarlyStopping(patience=args.patience))
if args.best is not None:
    print("the best weights are in", args.best)
    callbacks.append(
        keras.callbacks.ModelCheckpoint(f"{args.best}.keras", save_best_only=True)
    )

history = model.fit(
    x, y, epochs=args.epochs, validation_split=0.3, callbacks=callbacks, verbose=0
)
losses = history.history["val_loss"]


def train_longer(epochs, slowly=True):
    """More epochs, with a smaller rate and kept after each one."""
    if slowly:
        more = [keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)]
    else:
        more = []
    if not args.keep:
        more += [keras.callbacks.ModelCheckpoint("longer.keras")] if args.best else []
    model.fit(x, y, epochs=epochs, callbacks=more, verbose=0)


train_longer(3)
train_longer(2, slowly=False)
